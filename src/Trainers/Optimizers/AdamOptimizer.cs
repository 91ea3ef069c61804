using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions;

/// <summary>Adam or AdamW; made by <see cref="Optimizer.Adam"/> and <see cref="Optimizer.AdamW"/>.</summary>
public sealed record AdamOptimizer : Optimizer
{
    internal AdamOptimizer(double beta1, double beta2, double epsilon, double weightDecay)
    {
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        DecoupledWeightDecay = weightDecay;
    }

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; }

    /// <summary>λ of AdamW; 0 for Adam.</summary>
    public double DecoupledWeightDecay { get; }

    internal override double DefaultLearningRate => 3e-3;

    internal override double WeightDecay => DecoupledWeightDecay;

    internal override void Check(ICollection<string> faults) => Check(faults, DecoupledWeightDecay == 0 ? "Optimizer.Adam" : "Optimizer.AdamW");

    /// <summary>The same for an optimiser that is built on this one, under its name.</summary>
    internal void Check(ICollection<string> faults, string name)
    {
        if (!(Beta1 is >= 0 and < 1))
            faults.Add($"{name}: beta1 is {Beta1}; allowed is 0 to below 1. 0.9 is usual.");
        if (!(Beta2 is >= 0 and < 1))
            faults.Add($"{name}: beta2 is {Beta2}; allowed is 0 to below 1. 0.999 is usual.");
        if (!(Epsilon > 0 && double.IsFinite(Epsilon)))
            faults.Add($"{name}: epsilon is {Epsilon}; it must be above 0. 1e-8 is usual.");
        if (!(DecoupledWeightDecay >= 0 && double.IsFinite(DecoupledWeightDecay)))
            faults.Add($"{name}: weightDecay is {DecoupledWeightDecay}; it must be at least 0. 0.01 is usual.");
    }

    internal override StepRule CreateRule(FlatParameters parameters, int threads) => new AdamRule(parameters, this, threads);
}
