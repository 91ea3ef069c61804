using MLExtensions.Trainers.Metrics;

namespace MLExtensions;

/// <summary>How well a measure of uncertainty tells rows of another kind from rows like those of the training.</summary>
public sealed record OutOfDistributionMetrics
{
    /// <summary>Rows like those of the training.</summary>
    public required int InRows { get; init; }

    /// <summary>Rows of another kind.</summary>
    public required int OutRows { get; init; }

    /// <summary>Area under the ROC curve, strangers positive: 0.5 for not at all, 1 for perfectly.</summary>
    public required double Auroc { get; init; }

    /// <summary>Average precision with the strangers positive. A coin reaches the share of strangers.</summary>
    public required double AveragePrecisionOut { get; init; }

    /// <summary>Average precision with the known rows positive.</summary>
    public required double AveragePrecisionIn { get; init; }

    /// <summary>The share of known rows that are taken for strangers when 95 % of the strangers are found. Lower is better.</summary>
    public required double FalsePositiveRateAt95 { get; init; }

    internal static OutOfDistributionMetrics Of(double[] known, double[] strangers)
    {
        double[] scores = [.. known, .. strangers];
        bool[] positive = [.. Enumerable.Range(0, scores.Length).Select(i => i >= known.Length)];
        var curve = new DetectionCurve(scores, positive);
        return new OutOfDistributionMetrics
        {
            InRows = known.Length,
            OutRows = strangers.Length,
            Auroc = curve.AreaUnderRoc(),
            AveragePrecisionOut = curve.AveragePrecision(),
            AveragePrecisionIn = new DetectionCurve([.. scores.Select(score => -score)], [.. positive.Select(p => !p)]).AveragePrecision(),
            FalsePositiveRateAt95 = curve.FalsePositiveRateAt(0.95),
        };
    }
}
