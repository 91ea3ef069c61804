namespace MLExtensions.Trainers.Nested;

/// <summary>
/// The law of how many elements are kept: element 1 always, element i + 1 with probability b_i given that element i is. β_i = P(exactly i are kept) =
/// (1 − b_i) Π_{k&lt;i} b_k, with b_K = 0; κ_i = P(element i is kept) = Π_{k&lt;i} b_k. Gates ρ are logits of b. Everything in logarithms: products of many gates vanish otherwise.
/// The vectors have some 30 entries, so this is plain code on doubles.
/// </summary>
internal static class BernoulliChain
{
    /// <summary>log β of K = gates + 1 outcomes.</summary>
    /// <param name="gates">[K − 1], ρ</param>
    /// <param name="logTail">[K]</param>
    public static void LogTail(ReadOnlySpan<double> gates, Span<double> logTail)
    {
        double kept = 0;
        for (int i = 0; i < gates.Length; i++)
        {
            logTail[i] = kept + LogSigmoid(-gates[i]);
            kept += LogSigmoid(gates[i]);
        }

        logTail[gates.Length] = kept;
    }

    /// <summary>log κ of K elements.</summary>
    /// <param name="gates">[K − 1], ρ</param>
    /// <param name="logKeep">[K]</param>
    public static void LogKeep(ReadOnlySpan<double> gates, Span<double> logKeep)
    {
        logKeep[0] = 0;
        for (int i = 0; i < gates.Length; i++)
            logKeep[i + 1] = logKeep[i] + LogSigmoid(gates[i]);
    }

    /// <summary>log β of a chain whose gates are all the same probability: the prior π.</summary>
    public static double[] LogPrior(double continuing, int outcomes)
    {
        double logit = Math.Log(continuing) - Math.Log(1 - continuing);
        var logTail = new double[outcomes];
        LogTail(Enumerable.Repeat(logit, outcomes - 1).ToArray(), logTail);
        return logTail;
    }

    /// <summary>Adds the gradient by ρ of a function whose gradient by log β is known.</summary>
    /// <param name="gates">[K − 1], ρ</param>
    /// <param name="byLogTail">[K]</param>
    /// <param name="gradient">[K − 1]</param>
    public static void AddGradient(ReadOnlySpan<double> gates, ReadOnlySpan<double> byLogTail, Span<double> gradient)
    {
        double later = byLogTail[gates.Length];
        for (int i = gates.Length - 1; i >= 0; i--)
        {
            double b = Sigmoid(gates[i]);
            gradient[i] += ((1 - b) * later) - (b * byLogTail[i]);
            later += byLogTail[i];
        }
    }

    /// <summary>log(1 / (1 + exp(−x))).</summary>
    public static double LogSigmoid(double x) => x >= 0 ? -LogOnePlus(Math.Exp(-x)) : x - LogOnePlus(Math.Exp(x));

    /// <summary>1 / (1 + exp(−x)).</summary>
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    // log(1 + x) for x in [0, 1], accurate where x is tiny.
    private static double LogOnePlus(double x) => x < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x);
}
