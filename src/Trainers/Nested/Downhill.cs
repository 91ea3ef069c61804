namespace MLExtensions.Trainers.Nested;

/// <summary>
/// The Downhill law of masks 1 = z_1 ≥ z_2 ≥ ... ≥ z_K ≥ 0 (Cui et al., definition 1 and proposition 1): g_i = −log(−log ε_i),
/// c = softmax((log β + g) / τ), z_i = 1 − Σ_{j&lt;i} c_j. As τ goes to 0 this draws mask "i ones, then zeros" with probability β_i.
/// </summary>
/// <remarks>
/// The paper's proposition sets c_0 = 1, which would make z_1 = 0; the consistent reading above has z_1 = 1. Its official code hands β itself instead of log β to
/// the softmax, which draws nearly uniform masks whatever was learned; this is log β.
/// </remarks>
internal static class Downhill
{
    private const double LeastUniform = 1e-12;

    /// <summary>Gumbel noise from a uniform number, which is kept away from 0 and 1.</summary>
    public static double Gumbel(double uniform) => -Math.Log(-Math.Log(Math.Clamp(uniform, LeastUniform, 1 - LeastUniform)));

    /// <summary>The hard sample: how many elements are kept, less one. Its law is β whatever the temperature.</summary>
    public static int Hard(ReadOnlySpan<double> logTail, ReadOnlySpan<double> gumbel)
    {
        int best = 0;
        for (int i = 1; i < logTail.Length; i++)
            if (logTail[i] + gumbel[i] > logTail[best] + gumbel[best])
                best = i;
        return best;
    }

    /// <summary>The soft sample.</summary>
    /// <param name="logTail">[K], log β</param>
    /// <param name="gumbel">[K]</param>
    /// <param name="temperature">τ, above 0</param>
    /// <param name="c">[K], sums to 1</param>
    /// <param name="z">[K], the mask</param>
    public static void Soft(ReadOnlySpan<double> logTail, ReadOnlySpan<double> gumbel, double temperature, Span<double> c, Span<double> z)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int i = 0; i < logTail.Length; i++)
            largest = Math.Max(largest, c[i] = (logTail[i] + gumbel[i]) / temperature);
        for (int i = 0; i < c.Length; i++)
            sum += c[i] = Math.Exp(c[i] - largest);
        for (int i = 0; i < c.Length; i++)
            c[i] /= sum;

        // From the end: 1 minus a sum would round away what is small.
        double kept = 0;
        for (int i = c.Length - 1; i >= 0; i--)
            z[i] = kept += c[i];
        z[0] = 1;
    }

    /// <summary>The gradient by log β of a function of the soft mask.</summary>
    /// <param name="c">[K], of <see cref="Soft"/></param>
    /// <param name="temperature">τ</param>
    /// <param name="byMask">[K], the gradient by z; the first counts for nothing, since z_1 is 1.</param>
    /// <param name="byLogTail">[K]; overwritten.</param>
    public static void Backward(ReadOnlySpan<double> c, double temperature, ReadOnlySpan<double> byMask, Span<double> byLogTail)
    {
        // z_i = Σ_{j≥i} c_j, so dL/dc_j = Σ_{2≤i≤j} dL/dz_i; then the softmax.
        double byC = 0, mean = 0;
        for (int j = 0; j < c.Length; j++)
        {
            byC += j == 0 ? 0 : byMask[j];
            byLogTail[j] = byC;
            mean += c[j] * byC;
        }

        for (int j = 0; j < c.Length; j++)
            byLogTail[j] = c[j] * (byLogTail[j] - mean) / temperature;
    }

    /// <summary>log of the density at c (definition 1, with c_i = z_i − z_{i+1}).</summary>
    public static double LogDensity(ReadOnlySpan<double> logTail, ReadOnlySpan<double> c, double temperature)
    {
        int k = c.Length;
        double product = 0, largest = double.NegativeInfinity, sum = 0;
        for (int i = 0; i < k; i++)
        {
            product += logTail[i] - ((temperature + 1) * Math.Log(c[i]));
            largest = Math.Max(largest, logTail[i] - (temperature * Math.Log(c[i])));
        }

        for (int i = 0; i < k; i++)
            sum += Math.Exp(logTail[i] - (temperature * Math.Log(c[i])) - largest);
        double logFactorial = 0;
        for (int i = 2; i < k; i++)
            logFactorial += Math.Log(i);
        return logFactorial + ((k - 1) * Math.Log(temperature)) - (k * (largest + Math.Log(sum))) + product;
    }
}
