using MLExtensions.Trainers.Metrics;

namespace MLExtensions;

/// <summary>How good the probabilities of a classification are, not only its most probable class.</summary>
public sealed record MulticlassUncertaintyMetrics
{
    /// <summary>Rows that were measured.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows left out because their label was missing.</summary>
    public required int SkippedRows { get; init; }

    /// <summary>The share of rows whose most probable class is the label, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of −log p(label), in nats, with probabilities of at least 1e-15. Lower is better.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Squared distance to the label's one-hot vector, summed over classes, 0 to 2. Lower is better.</summary>
    public required double BrierScore { get; init; }

    /// <summary>Expected calibration error over the whole data set, bins of equal width: mean of |accuracy − confidence|, 0 to 1. Lower is better.</summary>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>The same with bins of equal numbers of rows; steadier where most rows are sure.</summary>
    public required double ExpectedCalibrationErrorEqualMass { get; init; }

    /// <summary>The largest |accuracy − confidence| of a bin of equal width.</summary>
    public required double MaximumCalibrationError { get; init; }

    /// <summary>Mean entropy of the probabilities, in nats.</summary>
    public required double MeanEntropy { get; init; }

    /// <summary>Area under the risk-coverage curve, 0 to 1: the mean error rate of the surest rows over all coverages. Lower is better.</summary>
    public required double AreaUnderRiskCoverage { get; init; }

    /// <summary>How well a low confidence finds the errors: area under the ROC curve, 0.5 for not at all, 1 for perfectly; NaN when all rows are right, or none.</summary>
    public required double ErrorDetectionAuroc { get; init; }

    /// <summary>The bins of equal width, for a reliability diagram.</summary>
    public required IReadOnlyList<ReliabilityBin> ReliabilityBins { get; init; }

    internal static MulticlassUncertaintyMetrics Of(ClassProbabilities rows, int bins, int skipped)
    {
        ReliabilityBin[] widths = CalibrationError.EqualWidth(rows, bins);
        return new MulticlassUncertaintyMetrics
        {
            Rows = rows.Count,
            SkippedRows = skipped,
            Accuracy = rows.Accuracy,
            NegativeLogLikelihood = LogLoss.Of(rows),
            BrierScore = Trainers.Metrics.BrierScore.Of(rows),
            ExpectedCalibrationError = CalibrationError.Mean(widths),
            ExpectedCalibrationErrorEqualMass = CalibrationError.Mean(CalibrationError.EqualMass(rows, bins)),
            MaximumCalibrationError = CalibrationError.Maximum(widths),
            MeanEntropy = Enumerable.Range(0, rows.Count).Average(i => Entropy.Of(rows[i])),
            AreaUnderRiskCoverage = RiskCoverage.Area(rows),
            ErrorDetectionAuroc = rows.Correct.Distinct().Count() < 2 ? double.NaN
                : new DetectionCurve([.. rows.Confidences.Select(c => -c)], [.. rows.Correct.Select(c => !c)]).AreaUnderRoc(),
            ReliabilityBins = widths,
        };
    }
}
