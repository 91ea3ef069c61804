using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions;

/// <summary>Stochastic gradient descent with momentum; made by <see cref="Optimizer.Sgd"/>.</summary>
public sealed record SgdOptimizer : Optimizer
{
    internal SgdOptimizer(double momentum, bool nesterov)
    {
        Momentum = momentum;
        Nesterov = nesterov;
    }

    /// <summary>m, in [0, 1).</summary>
    public double Momentum { get; }

    /// <summary>Whether to look ahead along the momentum.</summary>
    public bool Nesterov { get; }

    internal override double DefaultLearningRate => 0.05;

    internal override void Check(ICollection<string> faults) => Check(faults, "Optimizer.Sgd");

    /// <summary>The same for an optimiser that is built on this one, under its name.</summary>
    internal void Check(ICollection<string> faults, string name)
    {
        if (!(Momentum is >= 0 and < 1))
            faults.Add($"{name}: momentum is {Momentum}; allowed is 0 to below 1. 0.9 is usual.");
    }

    internal override StepRule CreateRule(FlatParameters parameters, int threads) => new SgdRule(parameters, this, threads);
}
