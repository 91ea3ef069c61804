using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>Adversarial training; made by <see cref="Regularizer.AdversarialTraining"/>.</summary>
/// <remarks>
/// Differences: Madry et al. (2018) attack the net as it trains; here the attack sees it as it scores, with running statistics and without dropout, which is what will be
/// attacked later, and which leaves the statistics alone. The step of 2.5 epsilon / steps, at most 1.25 epsilon, is our choice.
/// </remarks>
public sealed record AdversarialTrainingRegularizer : Regularizer
{
    internal AdversarialTrainingRegularizer(double epsilon, int steps, double? stepSize, AttackNorm norm, bool randomStart, double? lowerBound, double? upperBound)
    {
        Epsilon = epsilon;
        Steps = steps;
        StepSize = stepSize;
        Norm = norm;
        RandomStart = randomStart;
        LowerBound = lowerBound;
        UpperBound = upperBound;
    }

    /// <summary>How far a row may be moved, in the units of the net's features.</summary>
    public double Epsilon { get; }

    /// <summary>Steps of the attack.</summary>
    public int Steps { get; }

    /// <summary>Length of a step as a share of epsilon; null for the rule.</summary>
    public double? StepSize { get; }

    /// <summary>What epsilon limits.</summary>
    public AttackNorm Norm { get; }

    /// <summary>Whether the attack starts at a random point.</summary>
    public bool RandomStart { get; }

    /// <summary>The least value of a feature, or null.</summary>
    public double? LowerBound { get; }

    /// <summary>The largest value of a feature, or null.</summary>
    public double? UpperBound { get; }

    internal double EffectiveStepSize => StepSize ?? Math.Min(2.5 / Steps, 1.25);

    internal override bool ActsOnWeights => false;

    internal override void Check(ICollection<string> faults)
    {
        if (!(Epsilon is >= 0 and <= 1e30))
            faults.Add($"Regularizer.AdversarialTraining: epsilon is {Epsilon}; allowed is 0 to 1e30, in units of the net's features. 0 switches it off.");
        if (Steps < 1)
            faults.Add($"Regularizer.AdversarialTraining: steps is {Steps}; it must be at least 1. 7 is the default; each costs about as much as a training step.");
        if (StepSize is { } size && !(size > 0 && double.IsFinite(size)))
            faults.Add($"Regularizer.AdversarialTraining: stepSize is {size}; it must be a finite number above 0, a share of epsilon. Leave it out for 2.5 / steps.");
        foreach ((string name, double? bound) in new[] { ("lowerBound", LowerBound), ("upperBound", UpperBound) })
            if (bound is { } value && !double.IsFinite(value))
                faults.Add($"Regularizer.AdversarialTraining: {name} is {value}; it must be a finite number. Leave it out for no bound.");
        if (LowerBound >= UpperBound)
            faults.Add($"Regularizer.AdversarialTraining: lowerBound is {LowerBound} and upperBound is {UpperBound}; the lower must be below the upper. Swap them.");
        if (!Enum.IsDefined(Norm))
            faults.Add($"Regularizer.AdversarialTraining: norm is {(int)Norm}; allowed are {string.Join(", ", Enum.GetNames<AttackNorm>())}.");
    }

    internal override bool Claims(ParameterSlot slot) => false;

    internal override TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed) => new AdversarialTrainingHook(net, this);
}
