using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions;

/// <summary>SGDP; made by <see cref="Optimizer.SgdP"/>.</summary>
/// <remarks>Differences: those of <see cref="AdamPOptimizer"/>.</remarks>
public sealed record SgdPOptimizer : Optimizer
{
    internal SgdPOptimizer(double momentum, bool nesterov, double weightDecay, double decayRatio)
    {
        Momentum = momentum;
        Nesterov = nesterov;
        DecoupledWeightDecay = weightDecay;
        InvariantDecayRatio = decayRatio;
    }

    /// <summary>m, in [0, 1).</summary>
    public double Momentum { get; }

    /// <summary>Whether to look ahead along the momentum.</summary>
    public bool Nesterov { get; }

    /// <summary>λ.</summary>
    public double DecoupledWeightDecay { get; }

    /// <summary>By what λ is multiplied on scale-invariant weights.</summary>
    public double InvariantDecayRatio { get; }

    private SgdOptimizer Plain => new(Momentum, Nesterov);

    internal override double DefaultLearningRate => Plain.DefaultLearningRate;

    internal override double WeightDecay => DecoupledWeightDecay / (1 - Momentum);

    internal override double DecayRatio => InvariantDecayRatio;

    internal override void Check(ICollection<string> faults)
    {
        Plain.Check(faults, "Optimizer.SgdP");
        if (!(DecoupledWeightDecay >= 0 && double.IsFinite(DecoupledWeightDecay)))
            faults.Add($"Optimizer.SgdP: weightDecay is {DecoupledWeightDecay}; it must be a finite number of at least 0. 1e-4 is usual.");
        RadialProjection.Check(faults, "Optimizer.SgdP", InvariantDecayRatio);
    }

    internal override StepRule CreateRule(FlatParameters parameters, int threads) => new SgdRule(parameters, Plain, threads, new RadialProjection(parameters));
}
