namespace MLExtensions;

/// <summary>What a nested regression learns about the noise of its labels.</summary>
public enum NestedNoise
{
    /// <summary>One deviation for all rows.</summary>
    Constant,

    /// <summary>A deviation for each row, as a second output of the net. Needs more rows.</summary>
    PerRow,
}
