using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Uncertainty;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Nested;

/// <summary>
/// Finds the lowest threshold of an adaptive width that keeps an accuracy on validation rows: the least sure rows are widened, one after the other, until it is reached. Counts of
/// right answers reach it early by luck, so the loss that the wide width's own probabilities expect of the rows that stay narrow has to be within the limit too.
/// </summary>
internal sealed class AdaptiveThreshold
{
    private readonly BayesianNestedTransformer _model;
    private readonly IDataView _validation;
    private readonly double _max;
    private readonly ClassProbabilities _wide;

    /// <param name="model">The net, with the draws to use.</param>
    /// <param name="validation">Rows with features and label.</param>
    /// <param name="max">The wide width.</param>
    public AdaptiveThreshold(BayesianNestedTransformer model, IDataView validation, double max)
    {
        (_model, _validation, _max) = (model, validation, max);
        _wide = Score(max);
    }

    /// <summary>The choice for a narrow width.</summary>
    /// <param name="start">The narrow width.</param>
    /// <param name="accuracyLossAtMost">How much less accurate than the wide width it may be.</param>
    public AdaptiveWidthChoice Choose(double start, double accuracyLossAtMost)
    {
        ClassProbabilities narrow = Score(start);
        int rows = narrow.Count;
        double[] certainty = narrow.Confidences;
        int[] order = [.. Enumerable.Range(0, rows).OrderBy(i => certainty[i])];
        double full = _wide.Accuracy, right = narrow.Accuracy * rows, expected = Enumerable.Range(0, rows).Sum(row => Lost(narrow, row));
        int widened = 0;
        while (widened < rows && (right < ((full - accuracyLossAtMost) * rows) - 1e-9 || expected > (accuracyLossAtMost * rows) + 1e-9))
        {
            // Rows that are equally sure go together.
            double level = certainty[order[widened]];
            for (; widened < rows && certainty[order[widened]] == level; widened++)
            {
                int row = order[widened];
                right += (_wide.Correct[row] ? 1 : 0) - (narrow.Correct[row] ? 1 : 0);
                expected -= Lost(narrow, row);
            }
        }

        double threshold = widened == rows ? 1 : certainty[order[widened]], share = widened / (double)rows;
        return new AdaptiveWidthChoice
        {
            Model = _model.AdaptiveWidth(start, threshold, _max),
            Threshold = threshold,
            Accuracy = right / rows,
            FullAccuracy = full,
            StartAccuracy = narrow.Accuracy,
            WidenedShare = share,
            MeanCost = Cost(_model.Model.MultiplyAddsAt(start), _model.Model.MultiplyAddsAt(_max), share),
        };
    }

    /// <summary>Mean multiplications as a share of the wide width's.</summary>
    public static double Cost(long narrow, long wide, double share) => ((double)narrow / wide) + share;

    // By how much the wide width finds its own answer more probable than the narrow one.
    private double Lost(ClassProbabilities narrow, int row) => _wide.Confidences[row] - _wide[row][narrow.Answers[row]];

    private ClassProbabilities Score(double width)
    {
        IDataView scored = _model.WithWidth(width).Transform(_validation);
        if (_model.Model.Network.Task == NetTask.Multiclass)
            return ScoredClasses.Read(scored, _model.Names.Label, _model.Names.Score, out _);
        return ClassProbabilities.OfBinary(scored.GetColumn<bool>(_model.Names.Label), ScoredRows.ReadNumbers(scored, (_model.Names.Probability, "probability"))[0]);
    }
}
