namespace MLExtensions.Trainers.Metrics;

/// <summary>Negative log-likelihood of classes: the mean over rows of −log p(label), in nats.</summary>
internal static class LogLoss
{
    /// <summary>Probabilities below this count as this, so that one sure mistake does not make the mean infinite.</summary>
    public const double Least = 1e-15;

    /// <summary>The mean over rows.</summary>
    public static double Of(ClassProbabilities rows)
    {
        double sum = 0;
        for (int i = 0; i < rows.Count; i++)
            sum -= Math.Log(Math.Clamp(rows[i][rows.Label(i)], Least, 1));
        return sum / rows.Count;
    }
}
