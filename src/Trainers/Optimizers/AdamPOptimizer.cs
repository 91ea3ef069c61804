using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions;

/// <summary>AdamP; made by <see cref="Optimizer.AdamP"/>.</summary>
/// <remarks>
/// Differences: the paper finds scale-invariant weights by the angle between weight and gradient; here the recipe says which they are (rows before a batch normalisation, whole
/// matrices before a layer normalisation). Decay follows the step instead of preceding it, as everywhere in this package.
/// </remarks>
public sealed record AdamPOptimizer : Optimizer
{
    internal AdamPOptimizer(double beta1, double beta2, double epsilon, double weightDecay, double decayRatio)
    {
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        DecoupledWeightDecay = weightDecay;
        InvariantDecayRatio = decayRatio;
    }

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; }

    /// <summary>λ.</summary>
    public double DecoupledWeightDecay { get; }

    /// <summary>By what λ is multiplied on scale-invariant weights.</summary>
    public double InvariantDecayRatio { get; }

    private AdamOptimizer Plain => new(Beta1, Beta2, Epsilon, DecoupledWeightDecay);

    internal override double DefaultLearningRate => Plain.DefaultLearningRate;

    internal override double WeightDecay => DecoupledWeightDecay;

    internal override double DecayRatio => InvariantDecayRatio;

    internal override void Check(ICollection<string> faults)
    {
        Plain.Check(faults, "Optimizer.AdamP");
        RadialProjection.Check(faults, "Optimizer.AdamP", InvariantDecayRatio);
    }

    internal override StepRule CreateRule(FlatParameters parameters, int threads) => new AdamRule(parameters, Plain, threads, new RadialProjection(parameters));
}
