namespace MLExtensions.Trainers.Metrics;

/// <summary>
/// Area under the risk-coverage curve: rows in order of falling confidence, the mean of the running error rate. Low when the sure rows are right, whatever the
/// probabilities are called.
/// </summary>
internal static class RiskCoverage
{
    /// <summary>The area, 0 to 1.</summary>
    public static double Area(ClassProbabilities rows)
    {
        double errors = 0, sum = 0;
        int seen = 0;
        foreach (int i in Enumerable.Range(0, rows.Count).OrderByDescending(i => rows.Confidences[i])) // stable
        {
            errors += rows.Correct[i] ? 0 : 1;
            sum += errors / ++seen;
        }

        return sum / rows.Count;
    }
}
