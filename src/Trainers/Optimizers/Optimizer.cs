using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions;

/// <summary>How the parameters follow the gradient. Immutable; one instance may serve many trainers.</summary>
public abstract record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>The learning rate that is used when the options leave it out.</summary>
    internal abstract double DefaultLearningRate { get; }

    /// <summary>Decoupled weight decay that comes with the optimiser; 0 without.</summary>
    internal virtual double WeightDecay => 0;

    /// <summary>By what decoupled decay is multiplied on scale-invariant weights.</summary>
    internal virtual double DecayRatio => 1;

    /// <summary>Stochastic gradient descent with momentum: v ← m v + g; w ← w − η v (Nesterov: w ← w − η (g + m v)).</summary>
    /// <param name="momentum">m, in [0, 1).</param>
    /// <param name="nesterov">Whether to look ahead along the momentum.</param>
    public static SgdOptimizer Sgd(double momentum = 0.9, bool nesterov = true) => new(momentum, nesterov);

    /// <summary>Adam (Kingma and Ba, 2015, algorithm 1).</summary>
    /// <param name="beta1">Decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment; above 0.</param>
    public static AdamOptimizer Adam(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) => new(beta1, beta2, epsilon, 0);

    /// <summary>Adam with decoupled weight decay on the weights, never on biases or norm parameters (Loshchilov and Hutter, 2019, algorithm 2).</summary>
    /// <param name="weightDecay">λ in w ← w − η λ w; at least 0.</param>
    /// <param name="beta1">Decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment; above 0.</param>
    public static AdamOptimizer AdamW(double weightDecay = 0.01, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        new(beta1, beta2, epsilon, weightDecay);

    /// <summary>
    /// AdamP (Heo et al., arXiv 2006.08217): Adam whose steps lose their part along each weight that a normalisation follows, so that its norm does not grow by the step.
    /// </summary>
    /// <param name="weightDecay">λ of decoupled weight decay; at least 0.</param>
    /// <param name="decayRatio">By what the decay is multiplied on those weights, in [0, 1].</param>
    /// <param name="beta1">Decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment; above 0.</param>
    public static AdamPOptimizer AdamP(double weightDecay = 0, double decayRatio = 0.1, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        new(beta1, beta2, epsilon, weightDecay, decayRatio);

    /// <summary>SGDP (Heo et al., arXiv 2006.08217): stochastic gradient descent with momentum whose steps lose their part along each weight that a normalisation follows.</summary>
    /// <param name="weightDecay">λ of decoupled weight decay, w ← w − η λ / (1 − momentum) w; at least 0.</param>
    /// <param name="decayRatio">By what the decay is multiplied on those weights, in [0, 1].</param>
    /// <param name="momentum">m, in [0, 1).</param>
    /// <param name="nesterov">Whether to look ahead along the momentum.</param>
    public static SgdPOptimizer SgdP(double weightDecay = 0, double decayRatio = 0.1, double momentum = 0.9, bool nesterov = true) =>
        new(momentum, nesterov, weightDecay, decayRatio);

    /// <summary>Adds what is wrong with these settings to <paramref name="faults"/>.</summary>
    internal abstract void Check(ICollection<string> faults);

    /// <summary>The rule that steps the given parameters.</summary>
    internal abstract StepRule CreateRule(FlatParameters parameters, int threads);
}
