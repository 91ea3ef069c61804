namespace MLExtensions.Benchmarks;

/// <summary>A row as a prediction engine takes it.</summary>
internal sealed class ScoredRow
{
    public float[] Features { get; set; } = [];

    public uint Label { get; set; }
}

/// <summary>What a prediction engine gives back.</summary>
internal sealed class Scores
{
    public float[] Score { get; set; } = [];
}
