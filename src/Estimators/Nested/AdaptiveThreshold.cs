using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Uncertainty;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Nested;

/// <summary>Finds the lowest threshold of an adaptive width that keeps an accuracy on validation rows: the least sure rows are widened, one after the other, until it is reached.</summary>
internal sealed class AdaptiveThreshold(BayesianNestedTransformer model, IDataView validation)
{
    /// <summary>The choice.</summary>
    /// <param name="start">The narrow width.</param>
    /// <param name="max">The wide width.</param>
    /// <param name="accuracyLossAtMost">How much less accurate than the wide width it may be.</param>
    public AdaptiveWidthChoice Choose(double start, double max, double accuracyLossAtMost)
    {
        (double[] certainty, bool[] narrow) = Score(model.WithWidth(start));
        (_, bool[] wide) = Score(model.WithWidth(max));
        int rows = narrow.Length;
        double full = wide.Count(right => right) / (double)rows, first = narrow.Count(right => right) / (double)rows;
        int[] order = [.. Enumerable.Range(0, rows).OrderBy(i => certainty[i])];
        double right = first * rows;
        int widened = 0;
        while (widened < rows && right < (full - accuracyLossAtMost) * rows - 1e-9)
        {
            // Rows that are equally sure go together.
            double level = certainty[order[widened]];
            for (; widened < rows && certainty[order[widened]] == level; widened++)
                right += (wide[order[widened]] ? 1 : 0) - (narrow[order[widened]] ? 1 : 0);
        }

        double threshold = widened == rows ? 1 : certainty[order[widened]];
        long cheap = model.Model.MultiplyAddsAt(start), dear = model.Model.MultiplyAddsAt(max);
        double share = widened / (double)rows;
        return new AdaptiveWidthChoice
        {
            Model = model.AdaptiveWidth(start, threshold, max),
            Threshold = threshold,
            Accuracy = right / rows,
            FullAccuracy = full,
            StartAccuracy = first,
            WidenedShare = share,
            MeanCost = Cost(cheap, dear, share),
        };
    }

    /// <summary>Mean multiplications as a share of the wide width's.</summary>
    public static double Cost(long narrow, long wide, double share) => ((double)narrow / wide) + share;

    private (double[] Certainty, bool[] Right) Score(BayesianNestedTransformer view)
    {
        IDataView scored = view.Transform(validation);
        if (model.Model.Network.Task == NetTask.Multiclass)
        {
            ClassProbabilities rows = ScoredClasses.Read(scored, model.Names.Label, model.Names.Score, out _);
            return (rows.Confidences, rows.Correct);
        }

        double[] probabilities = ScoredRows.ReadNumbers(scored, (model.Names.Probability, "probability"))[0];
        bool[] labels = [.. scored.GetColumn<bool>(model.Names.Label)];
        return ([.. probabilities.Select(p => Math.Max(p, 1 - p))], [.. probabilities.Zip(labels, (p, label) => p > 0.5 == label)]);
    }
}
