namespace MLExtensions.Trainers.Metrics;

/// <summary>
/// Temperature scaling (Guo et al., 2017): softmax(z / T) with the T that minimises the negative log-likelihood of validation rows. The loss is convex in 1 / T;
/// Newton's steps, kept inside a bracket.
/// </summary>
internal static class TemperatureScaling
{
    private const double Least = 1e-3;  // of 1 / T
    private const double Most = 1e3;
    private const int Iterations = 200;

    /// <summary>The best T.</summary>
    /// <param name="logits">[rows * classes]; logarithms of probabilities do as well.</param>
    /// <param name="labels">[rows]</param>
    /// <param name="classes">Number of classes.</param>
    public static double Fit(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, int classes)
    {
        double low = Least, high = Most, inverse = 1;
        for (int i = 0; i < Iterations && high - low > 1e-14 * high; i++)
        {
            (double slope, double curvature) = Slope(logits, labels, classes, inverse);
            if (slope > 0)
                high = inverse;
            else
                low = inverse;
            double next = inverse - (slope / curvature);
            if (!(next > low && next < high))
                next = Math.Sqrt(low * high);
            if (Math.Abs(next - inverse) <= 1e-15 * inverse)
                break;
            inverse = next;
        }

        return 1 / inverse;
    }

    /// <summary>Mean negative log-likelihood of softmax(z / T).</summary>
    public static double NegativeLogLikelihood(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, int classes, double temperature)
    {
        double sum = 0;
        var p = new double[classes];
        for (int row = 0; row < labels.Length; row++)
        {
            Apply(logits.Slice(row * classes, classes), 1 / temperature, p);
            sum -= Math.Log(Math.Max(p[labels[row]], LogLoss.Least));
        }

        return sum / labels.Length;
    }

    /// <summary>softmax(z · <paramref name="inverse"/>) of one row.</summary>
    public static void Apply(ReadOnlySpan<double> logits, double inverse, Span<double> probabilities)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double z in logits)
            largest = Math.Max(largest, z);
        for (int k = 0; k < logits.Length; k++)
            sum += probabilities[k] = Math.Exp((logits[k] - largest) * inverse);
        for (int k = 0; k < logits.Length; k++)
            probabilities[k] /= sum;
    }

    // By 1/T: the mean of E_p[z] − z_label, and of Var_p[z].
    private static (double Slope, double Curvature) Slope(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, int classes, double inverse)
    {
        double slope = 0, curvature = 0;
        var p = new double[classes];
        for (int row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<double> z = logits.Slice(row * classes, classes);
            Apply(z, inverse, p);
            double mean = 0, square = 0;
            for (int k = 0; k < classes; k++)
            {
                mean += p[k] * z[k];
                square += p[k] * z[k] * z[k];
            }

            slope += mean - z[labels[row]];
            curvature += square - (mean * mean);
        }

        return (slope / labels.Length, Math.Max(curvature / labels.Length, 1e-300));
    }
}
