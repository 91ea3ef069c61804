namespace MLExtensions.Trainers.Metrics;

/// <summary>
/// Entropy of class probabilities in nats (0 log 0 = 0), and its parts over samples of a model: H[mean p] = mean H[p] (noise in the data) + mutual information
/// (what the model does not know).
/// </summary>
internal static class Entropy
{
    /// <summary>H[p] of one row.</summary>
    public static double Of(ReadOnlySpan<double> p)
    {
        double sum = 0;
        foreach (double x in p)
            sum -= x > 0 ? x * Math.Log(x) : 0;
        return sum;
    }

    /// <summary>H[p] of one row.</summary>
    public static float Of(ReadOnlySpan<float> p)
    {
        float sum = 0;
        foreach (float x in p)
            sum -= x > 0 || float.IsNaN(x) ? x * MathF.Log(x) : 0;
        return sum;
    }

    /// <summary>The parts of the uncertainty of one row.</summary>
    /// <param name="samples">[samples * classes], sample by sample.</param>
    /// <param name="classes">Number of classes.</param>
    /// <returns>H[mean p], mean H[p], and their difference, at least 0.</returns>
    public static (double Predictive, double Expected, double MutualInformation) Decompose(ReadOnlySpan<double> samples, int classes)
    {
        var mean = new double[classes];
        int count = samples.Length / classes;
        double expected = 0;
        for (int s = 0; s < count; s++)
        {
            ReadOnlySpan<double> p = samples.Slice(s * classes, classes);
            expected += Of(p) / count;
            for (int k = 0; k < classes; k++)
                mean[k] += p[k] / count;
        }

        double predictive = Of(mean);
        return (predictive, expected, Math.Max(0, predictive - expected));
    }
}
