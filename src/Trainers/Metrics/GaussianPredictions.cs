namespace MLExtensions.Trainers.Metrics;

/// <summary>Labels with predicted normal distributions, and how well the two go together.</summary>
/// <param name="Labels">[rows]</param>
/// <param name="Means">[rows]</param>
/// <param name="Deviations">[rows], above 0</param>
internal sealed record GaussianPredictions(double[] Labels, double[] Means, double[] Deviations)
{
    private static readonly double RootPi = Math.Sqrt(Math.PI);

    /// <summary>Root of the mean squared error of the means.</summary>
    public double RootMeanSquaredError() => Math.Sqrt(Mean(static (t, mean, _) => (t - mean) * (t - mean)));

    /// <summary>Mean of −log N(label; mean, deviation²), in nats.</summary>
    public double NegativeLogLikelihood() => Mean(static (t, mean, s) => Math.Log(s) - NormalDistribution.LogDensity((t - mean) / s));

    /// <summary>Continuous ranked probability score (Gneiting and Raftery, 2007), in units of the label.</summary>
    public double RankedProbabilityScore() => Mean(static (t, mean, s) =>
    {
        double z = (t - mean) / s;
        return s * ((z * ((2 * NormalDistribution.Cumulative(z)) - 1)) + (2 * Math.Exp(NormalDistribution.LogDensity(z))) - (1 / RootPi));
    });

    /// <summary>The central intervals of a level.</summary>
    /// <param name="level">Such as 0.9, in (0, 1).</param>
    public IntervalPredictions Intervals(double level)
    {
        double z = NormalDistribution.Quantile((1 + level) / 2);
        return new IntervalPredictions(Labels, [.. Means.Zip(Deviations, (m, s) => m - (z * s))], [.. Means.Zip(Deviations, (m, s) => m + (z * s))]);
    }

    private double Mean(Func<double, double, double, double> perRow)
    {
        double sum = 0;
        for (int i = 0; i < Labels.Length; i++)
            sum += perRow(Labels[i], Means[i], Deviations[i]);
        return sum / Labels.Length;
    }
}
