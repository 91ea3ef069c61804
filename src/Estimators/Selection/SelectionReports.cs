using MLExtensions.Trainers.Selection;

namespace MLExtensions.Estimators.Selection;

/// <summary>Writes the report of a selection.</summary>
internal static class SelectionReports
{
    /// <summary>Puts the report together.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="options">The options.</param>
    /// <param name="scores">By source class.</param>
    /// <param name="order">Source classes that have rows, best first.</param>
    /// <param name="plan">Mass from each source class to each target class.</param>
    /// <param name="selectedRows">Rows that are passed on, by source class.</param>
    /// <param name="covered">Mass from what was chosen, by target class.</param>
    /// <param name="transport">The solve.</param>
    public static SelectionReport Create(
        SelectionInput input, PretrainingSelectionOptions options, double[] scores, int[] order, double[][] plan, long[] selectedRows, double[] covered, TransportResult transport)
    {
        var distances = new MeanDistances(input.TargetMeans);
        IEnumerable<int> all = order.Concat(Enumerable.Range(0, scores.Length).Except(order));
        SelectedClass[] classes = [.. all.Select((k, rank) =>
        {
            long rows = input.SourceMeans.Counts[k];
            (int nearest, double distance) = rows == 0 ? (-1, double.NaN) : distances.Nearest(UnitVectors.Of(input.SourceMeans.Mean(k)));
            return new SelectedClass(
                rank + 1, k, input.SourceNames[k], selectedRows[k] > 0, rows, selectedRows[k], scores[k], plan[k], nearest < 0 ? null : input.TargetNames[nearest], distance);
        })];
        TargetCoverage[] targets = [.. Enumerable.Range(0, covered.Length).Select(j =>
        {
            double mass = plan.Sum(line => line[j]);
            int best = Array.IndexOf([.. plan.Select(line => line[j])], plan.Max(line => line[j]));
            long rows = input.TargetMeans.Counts[j];
            return new TargetCoverage(j, input.TargetNames[j], rows, mass, rows == 0 ? double.NaN : mass > 0 ? Math.Min(1, covered[j] / mass) : 0, mass > 0 ? input.SourceNames[best] : null);
        })];
        double total = plan.Sum(line => line.Sum());
        return new SelectionReport
        {
            Level = options.Level,
            Strategy = options.Strategy,
            Budget = options.Strategy == SelectionStrategy.All ? "all" : options.Budget?.ToString() ?? "a tenth",
            Classes = classes,
            Targets = targets,
            SourceRows = input.SourceRows,
            SelectedRows = selectedRows.Sum(),
            SkippedRows = input.SkippedRows,
            TargetRows = input.TargetRows,
            CoveredShare = total > 0 ? Math.Min(1, covered.Sum() / total) : 0,
            Iterations = transport.Iterations,
            Converged = transport.Converged,
        };
    }
}
