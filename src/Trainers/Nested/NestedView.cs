namespace MLExtensions.Trainers.Nested;

/// <summary>How a nested net is looked at: saved with the model.</summary>
internal sealed record NestedView
{
    public const int MostSamples = 10_000;

    /// <summary>The width in steps; with <see cref="Adaptive"/> the widest.</summary>
    public required int Step { get; init; }

    /// <summary>Draws of the weights, at least 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Whether weights are drawn; else the mean weights are used, once.</summary>
    public bool WeightNoise { get; init; }

    /// <summary>Whether the columns of uncertainty are there.</summary>
    public bool Uncertainty { get; init; }

    /// <summary>Regression: the level of the intervals.</summary>
    public double Level { get; init; } = 0.9;

    /// <summary>Whether rows are scored narrow first; null for one width.</summary>
    public NestedAdaptive? Adaptive { get; init; }

    /// <summary>Draws that are made.</summary>
    public int Draws => WeightNoise ? Samples : 1;

    /// <summary>Adds what cannot be true.</summary>
    public void Check(NestedSettings settings, ICollection<string> faults)
    {
        if (!settings.Steps.Contains(Step) || (Adaptive is { } adaptive && (!settings.Steps.Contains(adaptive.Start) || adaptive.Start > Step || !double.IsFinite(adaptive.Threshold))))
            faults.Add($"its view has the width {Step} of {settings.Groups} (adaptive: {Adaptive}), which the net does not have.");
        if (Samples is < 1 or > MostSamples)
            faults.Add($"its view has {Samples} samples; allowed are 1 to {MostSamples}.");
        if (!(Level is > 0 and < 1))
            faults.Add($"its view has the level {Level}; allowed is above 0 and below 1.");
    }
}
