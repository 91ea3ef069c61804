namespace MLExtensions;

/// <summary>Made by <see cref="LearningRateSchedule.Constant"/>.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    internal ConstantSchedule()
    {
    }

    internal override void Check(ICollection<string> faults)
    {
    }

    internal override double Factor(double progress, int epoch) => 1;
}
