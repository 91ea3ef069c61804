using MLExtensions.Trainers.Selection;
using MLExtensions.Transforms.Selection;

namespace MLExtensions.Estimators.Selection;

/// <summary>Chooses whole classes: one pass over the source, which has been made.</summary>
internal static class ClassSelector
{
    public static (SelectionRule Rule, SelectionReport Report) Run(SelectionInput input, PretrainingSelectionOptions options, long seed)
    {
        ClassRanking ranking = ClassSelection.Rank(input.SourceMeans, input.TargetMeans, options.Transport);
        double[] scores = ClassScores.Of(options.Strategy, input.SourceMeans, input.TargetMeans, ranking.Scores, seed);
        int[] order = ClassScores.Order(scores);
        double[] ordered = [.. order.Select(k => scores[k])];
        int count = options.Strategy == SelectionStrategy.All ? order.Length
            : (options.Budget ?? SelectionBudget.Count(Math.Clamp((int)Math.Round(order.Length * 0.1), Math.Min(2, order.Length), order.Length))).Resolve(ordered, "classes with rows");
        int[] chosen = order[..count];
        var selectedRows = new long[scores.Length];
        foreach (int k in chosen)
            selectedRows[k] = Math.Min(input.SourceMeans.Counts[k], options.RowsPerClass ?? long.MaxValue);
        double[] weights = Weights(chosen, scores, selectedRows, options.Strategy);
        double[][] plan = [.. Enumerable.Range(0, scores.Length).Select(ranking.Transport.PlanRow)];
        SelectionReport report = SelectionReports.Create(
            input, options, scores, order, plan, selectedRows, [.. Enumerable.Range(0, input.TargetMeans.ClassCount).Select(j => chosen.Sum(k => plan[k][j]))], ranking.Transport);
        return (RuleOf(input, weights, chosen), report);
    }

    // A row's weight is its class's score over the mean score of the rows that are passed on.
    private static double[] Weights(int[] chosen, double[] scores, long[] selectedRows, SelectionStrategy strategy)
    {
        var weights = new double[scores.Length];
        double mean = strategy == SelectionStrategy.Transport ? chosen.Sum(k => scores[k] * selectedRows[k]) / chosen.Sum(k => selectedRows[k]) : 0;
        foreach (int k in chosen)
            weights[k] = mean > 0 ? Math.Max(scores[k] / mean, float.Epsilon) : 1; // above 0, or the class would not be passed on
        return weights;
    }

    private static SelectionRule RuleOf(SelectionInput input, double[] weights, int[] chosen)
    {
        long all = input.SourceRows + input.SkippedRows;
        if (input.ClassSamples is null)
            return new SelectionRule(weights.Length, all, Array.ConvertAll(weights, weight => (float)weight), [], []);
        (long Row, float Weight)[] rows = [.. chosen.SelectMany(k => input.ClassSamples[k].Rows.Select(row => (row, (float)weights[k]))).OrderBy(pair => pair.row)];
        return new SelectionRule(weights.Length, all, [], Array.ConvertAll(rows, pair => pair.Row), Array.ConvertAll(rows, pair => pair.Weight));
    }
}
