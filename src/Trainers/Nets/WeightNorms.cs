namespace MLExtensions.Trainers.Nets;

/// <summary>What the Frobenius norms of a net's weights say together. In logarithms: the product of many norms leaves the range of numbers.</summary>
/// <param name="Norms">‖W_l‖ for each weight.</param>
internal sealed record WeightNorms(IReadOnlyList<double> Norms)
{
    /// <summary>log N = Σ log ‖W_l‖.</summary>
    public double LogIntrinsic => Norms.Sum(Math.Log);

    /// <summary>Σ ‖W_l‖².</summary>
    public double DecayValue => Norms.Sum(norm => norm * norm);

    /// <summary>L N^(2/L), the least of <see cref="DecayValue"/> over all shifts of scale.</summary>
    public double BalancedDecayValue => Norms.Count * Math.Exp(2 * LogIntrinsic / Norms.Count);

    /// <summary>log (1 + Π ‖W_l‖): bounds the gradient of a residual block h + F(h) whose F has these weights.</summary>
    public double LogResidualBound => Math.Log(1 + Math.Exp(LogIntrinsic));
}
