namespace MLExtensions.Samples;

/// <summary>What the rank command was asked for.</summary>
internal sealed record RankOptions
{
    /// <summary>Class means of the source.</summary>
    public required string SourceFile { get; init; }

    /// <summary>Class means of the target.</summary>
    public required string TargetFile { get; init; }

    /// <summary>K.</summary>
    public required int Top { get; init; }

    /// <summary>Where the ranking goes.</summary>
    public required string OutputFile { get; init; }

    public double Temperature { get; init; }

    public double Epsilon { get; init; }

    public double RhoSource { get; init; }

    public double RhoTarget { get; init; }
}
