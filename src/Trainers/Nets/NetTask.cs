namespace MLExtensions.Trainers.Nets;

/// <summary>What a net predicts, and so what its outputs mean.</summary>
internal enum NetTask
{
    /// <summary>One logit per class.</summary>
    Multiclass,

    /// <summary>One logit, of the positive class.</summary>
    Binary,

    /// <summary>One number, in units of the label.</summary>
    Regression,
}
