namespace MLExtensions;

/// <summary>Why a fit ended.</summary>
public enum StopReason
{
    /// <summary>All epochs were done.</summary>
    EpochsDone,

    /// <summary>The validation loss did not improve for as many epochs as the patience allows.</summary>
    EarlyStopping,

    /// <summary>It was cancelled, and the options ask to keep the best weights so far.</summary>
    Cancelled,

    /// <summary>
    /// A regulariser made the norm of a weight collapse; the log names weight and coefficient. The model keeps the weights of the last epoch before that, or the best ones
    /// where early stopping is on.
    /// </summary>
    NormCollapse,
}
