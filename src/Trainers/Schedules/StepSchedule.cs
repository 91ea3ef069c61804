namespace MLExtensions;

/// <summary>Made by <see cref="LearningRateSchedule.Step"/>.</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    internal StepSchedule(int everyEpochs, double factor)
    {
        EveryEpochs = everyEpochs;
        DropFactor = factor;
    }

    /// <summary>Epochs between two drops.</summary>
    public int EveryEpochs { get; }

    /// <summary>What each drop multiplies the rate by.</summary>
    public double DropFactor { get; }

    internal override void Check(ICollection<string> faults)
    {
        if (EveryEpochs < 1)
            faults.Add($"LearningRateSchedule.Step: everyEpochs is {EveryEpochs}; it must be at least 1.");
        if (!(DropFactor is > 0 and <= 1))
            faults.Add($"LearningRateSchedule.Step: factor is {DropFactor}; allowed is above 0 to 1. 0.1 is usual.");
    }

    internal override double Factor(double progress, int epoch) => Math.Pow(DropFactor, epoch / EveryEpochs);
}
