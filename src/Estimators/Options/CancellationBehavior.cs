namespace MLExtensions;

/// <summary>What a cancelled fit does.</summary>
public enum CancellationBehavior
{
    /// <summary>Throws <see cref="OperationCanceledException"/>.</summary>
    Throw,

    /// <summary>Returns a model with the best weights so far: of the lowest validation loss, or the current ones without a full epoch of validation.</summary>
    KeepBest,
}
