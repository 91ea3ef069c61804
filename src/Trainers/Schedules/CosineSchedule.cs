namespace MLExtensions;

/// <summary>Made by <see cref="LearningRateSchedule.Cosine"/>.</summary>
public sealed record CosineSchedule : LearningRateSchedule
{
    internal CosineSchedule(double warmup, double finalFactor)
    {
        Warmup = warmup;
        FinalFactor = finalFactor;
    }

    /// <summary>Share of all steps in which the rate rises.</summary>
    public double Warmup { get; }

    /// <summary>Factor at the end.</summary>
    public double FinalFactor { get; }

    internal override void Check(ICollection<string> faults)
    {
        if (!(Warmup is >= 0 and < 1))
            faults.Add($"LearningRateSchedule.Cosine: warmup is {Warmup}; allowed is 0 to below 1 (a share of all steps). 0.05 is usual.");
        if (!(FinalFactor is >= 0 and <= 1))
            faults.Add($"LearningRateSchedule.Cosine: finalFactor is {FinalFactor}; allowed is 0 to 1. 0 is usual.");
    }

    internal override double Factor(double progress, int epoch) =>
        progress < Warmup ? (0.01 + 0.99 * progress / Warmup) : HalfCosine(1, FinalFactor, (progress - Warmup) / (1 - Warmup));
}
