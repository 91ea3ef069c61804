namespace MLExtensions;

/// <summary>Made by <see cref="LearningRateSchedule.OneCycle"/>.</summary>
public sealed record OneCycleSchedule : LearningRateSchedule
{
    private const double Start = 1.0 / 25;
    private const double End = Start / 10_000;

    internal OneCycleSchedule(double rise) => Rise = rise;

    /// <summary>Share of all steps in which the rate rises.</summary>
    public double Rise { get; }

    internal override void Check(ICollection<string> faults)
    {
        if (!(Rise is > 0 and < 1))
            faults.Add($"LearningRateSchedule.OneCycle: rise is {Rise}; allowed is above 0 to below 1 (a share of all steps). 0.3 is usual.");
    }

    internal override double Factor(double progress, int epoch) =>
        progress < Rise ? HalfCosine(Start, 1, progress / Rise) : HalfCosine(1, End, (progress - Rise) / (1 - Rise));
}
