namespace MLExtensions.Samples.Shared.Tables;

/// <summary>What is to be learnt from a table.</summary>
public enum LabelTask
{
    /// <summary>One of two values.</summary>
    Binary,

    /// <summary>One of three or more values.</summary>
    Multiclass,

    /// <summary>A number.</summary>
    Regression,
}
