using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// What one weight with noise variance α θ² costs under a log-uniform prior, up to a constant (Cui et al., equation 17):
/// −K(α) = a₁ exp(−e^{a₄} (a₂ + a₃ log α)²) − ½ log(1 + 1/α). It does not depend on θ. The official code's linear layers use other constants; these are the paper's
/// everywhere. Not an exact divergence: it has a maximum at log α = 1.03, so log α is kept at or below 0.
/// </summary>
internal sealed class WeightDivergence : IDisposable
{
    internal const double A1 = 0.7294;
    internal const double A2 = -0.2041;
    internal const double A3 = 0.3492;
    internal static readonly double E4 = Math.Exp(0.5387); // e^{a₄}

    private readonly Scalar _one = 1;
    private readonly Scalar _half = 0.5;
    private readonly Scalar _a2 = A2;
    private readonly Scalar _a3 = A3;
    private readonly Scalar _width = -E4;
    private readonly Scalar _a1 = A1;
    private readonly Scalar _slope = -2 * A1 * E4 * A3;

    /// <summary>−K at log α.</summary>
    public static double Negative(double logAlpha)
    {
        double u = A2 + (A3 * logAlpha);
        return (A1 * Math.Exp(-E4 * u * u)) + (0.5 * BernoulliChain.LogSigmoid(logAlpha));
    }

    /// <summary>The derivative of −K by log α.</summary>
    public static double NegativeSlope(double logAlpha)
    {
        double u = A2 + (A3 * logAlpha);
        return (-2 * A1 * E4 * A3 * u * Math.Exp(-E4 * u * u)) + (0.5 * BernoulliChain.Sigmoid(-logAlpha));
    }

    /// <summary>−K for every entry.</summary>
    public Tensor Negative(Tensor logAlpha)
    {
        using Tensor u = logAlpha.mul(_a3).add_(_a2, _one);
        using Tensor bump = u.mul(u).mul_(_width).exp_().mul_(_a1);
        Tensor log = nn.functional.logsigmoid(logAlpha);
        return log.mul_(_half).add_(bump, _one);
    }

    /// <summary>The derivative of −K for every entry.</summary>
    public Tensor NegativeSlope(Tensor logAlpha)
    {
        using Tensor u = logAlpha.mul(_a3).add_(_a2, _one);
        using Tensor bump = u.mul(u).mul_(_width).exp_().mul_(u);
        Tensor slope = logAlpha.neg();
        return slope.sigmoid_().mul_(_half).add_(bump, _slope);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Scalar scalar in new[] { _one, _half, _a2, _a3, _width, _a1, _slope })
            scalar.Dispose();
    }
}
