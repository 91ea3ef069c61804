namespace MLExtensions;

/// <summary>What is chosen.</summary>
public enum SelectionLevel
{
    /// <summary>Whole classes, as in the paper.</summary>
    Classes,

    /// <summary>Single rows.</summary>
    Rows,
}
