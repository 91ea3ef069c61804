namespace MLExtensions;

/// <summary>Learns to say the same of two views of a pre-training row; made by <see cref="PretrainingLoss.Consistency"/>.</summary>
public sealed record ConsistencyPretrainingLoss : PretrainingLoss
{
    internal ConsistencyPretrainingLoss(double threshold, double temperature, double weakNoise, double strongNoise, double strongDropout)
    {
        Threshold = threshold;
        Temperature = temperature;
        WeakNoise = weakNoise;
        StrongNoise = strongNoise;
        StrongDropout = strongDropout;
    }

    /// <summary>The least confidence that makes a row count.</summary>
    public double Threshold { get; }

    /// <summary>T.</summary>
    public double Temperature { get; }

    /// <summary>Noise of the weak view, in standard deviations.</summary>
    public double WeakNoise { get; }

    /// <summary>Noise of the strong view, in standard deviations.</summary>
    public double StrongNoise { get; }

    /// <summary>Share of features of the strong view that are replaced by their mean.</summary>
    public double StrongDropout { get; }

    internal override bool NeedsLabels => false;

    internal override void Check(ICollection<string> faults)
    {
        if (!(Threshold is >= 0 and < 1))
            faults.Add($"PretrainingLoss.Consistency: threshold is {Threshold}; allowed is 0 to below 1. 0 counts every row.");
        if (!(Temperature > 0 && double.IsFinite(Temperature)))
            faults.Add($"PretrainingLoss.Consistency: temperature is {Temperature}; it must be a finite number above 0. 1 is the official script's.");
        if (!(WeakNoise >= 0 && double.IsFinite(WeakNoise)))
            faults.Add($"PretrainingLoss.Consistency: weakNoise is {WeakNoise}; it must be a finite number of at least 0.");
        if (!(StrongNoise >= 0 && double.IsFinite(StrongNoise)))
            faults.Add($"PretrainingLoss.Consistency: strongNoise is {StrongNoise}; it must be a finite number of at least 0.");
        if (!(StrongDropout is >= 0 and < 1))
            faults.Add($"PretrainingLoss.Consistency: strongDropout is {StrongDropout}; allowed is 0 to below 1. 0 switches it off.");
    }
}
