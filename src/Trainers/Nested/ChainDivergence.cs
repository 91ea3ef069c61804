namespace MLExtensions.Trainers.Nested;

/// <summary>
/// The two parts of the divergence between posterior and prior that depend on the chain (Cui et al., equations 10 to 16): Φ1 = Σ β_i (log β_i − log p_i) of the
/// masks, and Φ2 = Σ κ_i K_i of the weights, where K_i is what the weights of element i cost.
/// </summary>
internal static class ChainDivergence
{
    /// <summary>Φ1.</summary>
    public static double OfMasks(ReadOnlySpan<double> logTail, ReadOnlySpan<double> logPrior)
    {
        double sum = 0;
        for (int i = 0; i < logTail.Length; i++)
            sum += double.IsNegativeInfinity(logTail[i]) ? 0 : Math.Exp(logTail[i]) * (logTail[i] - logPrior[i]);
        return sum;
    }

    /// <summary>Φ2.</summary>
    public static double OfWeights(ReadOnlySpan<double> logKeep, ReadOnlySpan<double> costs)
    {
        double sum = 0;
        for (int i = 0; i < logKeep.Length; i++)
            sum += Math.Exp(logKeep[i]) * costs[i];
        return sum;
    }

    /// <summary>Adds the gradient of Φ1 + Φ2 by the gates ρ, times <paramref name="factor"/>.</summary>
    /// <param name="gates">[K − 1]</param>
    /// <param name="logPrior">[K]</param>
    /// <param name="costs">[K]</param>
    /// <param name="factor">What it is multiplied by.</param>
    /// <param name="gradient">[K − 1]</param>
    public static void AddGradient(ReadOnlySpan<double> gates, ReadOnlySpan<double> logPrior, ReadOnlySpan<double> costs, double factor, Span<double> gradient)
    {
        int k = costs.Length;
        Span<double> logTail = new double[k];
        Span<double> byLogTail = new double[k];
        BernoulliChain.LogTail(gates, logTail);
        for (int i = 0; i < k; i++)
            byLogTail[i] = factor * Math.Exp(logTail[i]) * (logTail[i] - logPrior[i] + 1);
        BernoulliChain.AddGradient(gates, byLogTail, gradient);

        // dκ_j / dρ_i = (1 − b_i) κ_j for j > i.
        Span<double> logKeep = logTail;
        BernoulliChain.LogKeep(gates, logKeep);
        double later = 0;
        for (int i = gates.Length - 1; i >= 0; i--)
        {
            later += Math.Exp(logKeep[i + 1]) * costs[i + 1];
            gradient[i] += factor * (1 - BernoulliChain.Sigmoid(gates[i])) * later;
        }
    }
}
