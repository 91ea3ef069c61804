namespace MLExtensions.Trainers.Metrics;

/// <summary>Brier score: the squared distance between the probabilities and the label's one-hot vector, summed over classes, mean over rows (0 to 2).</summary>
internal static class BrierScore
{
    /// <summary>The mean over rows.</summary>
    public static double Of(ClassProbabilities rows)
    {
        double sum = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            ReadOnlySpan<double> p = rows[i];
            for (int k = 0; k < p.Length; k++)
            {
                double error = p[k] - (k == rows.Label(i) ? 1 : 0);
                sum += error * error;
            }
        }

        return sum / rows.Count;
    }
}
