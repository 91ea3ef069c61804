namespace MLExtensions.Samples.Shared.Tables;

/// <summary>What a column of a table is used as.</summary>
public enum ColumnUse
{
    /// <summary>What is to be predicted.</summary>
    Label,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A few different words: one-hot encoded.</summary>
    Category,

    /// <summary>Not used.</summary>
    LeftOut,
}
