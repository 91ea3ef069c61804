using MLExtensions.Trainers.Metrics;

namespace MLExtensions;

/// <summary>How good the probabilities of a yes-or-no classification are.</summary>
public sealed record BinaryUncertaintyMetrics
{
    /// <summary>Rows that were measured.</summary>
    public required int Rows { get; init; }

    /// <summary>The share of rows whose more probable class is the label; a probability of one half counts as no.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of −log p(label), in nats (ML.NET's binary log-loss is in bits). Lower is better.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Mean of (p − label)², 0 to 1. Lower is better.</summary>
    public required double BrierScore { get; init; }

    /// <summary>Expected calibration error of the more probable class, bins of equal width. Lower is better.</summary>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>The same with bins of equal numbers of rows.</summary>
    public required double ExpectedCalibrationErrorEqualMass { get; init; }

    /// <summary>The largest |accuracy − confidence| of a bin of equal width.</summary>
    public required double MaximumCalibrationError { get; init; }

    /// <summary>Area under the risk-coverage curve. Lower is better.</summary>
    public required double AreaUnderRiskCoverage { get; init; }

    /// <summary>Area under the ROC curve of the positive class; NaN when the labels are all the same.</summary>
    public required double AreaUnderRocCurve { get; init; }

    /// <summary>The bins of equal width, for a reliability diagram.</summary>
    public required IReadOnlyList<ReliabilityBin> ReliabilityBins { get; init; }

    internal static BinaryUncertaintyMetrics Of(bool[] labels, double[] probabilities, int bins)
    {
        var rows = ClassProbabilities.OfBinary(labels, probabilities);
        MulticlassUncertaintyMetrics both = MulticlassUncertaintyMetrics.Of(rows, bins, 0);
        return new BinaryUncertaintyMetrics
        {
            Rows = both.Rows,
            Accuracy = both.Accuracy,
            NegativeLogLikelihood = both.NegativeLogLikelihood,
            BrierScore = both.BrierScore / 2,
            ExpectedCalibrationError = both.ExpectedCalibrationError,
            ExpectedCalibrationErrorEqualMass = both.ExpectedCalibrationErrorEqualMass,
            MaximumCalibrationError = both.MaximumCalibrationError,
            AreaUnderRiskCoverage = both.AreaUnderRiskCoverage,
            AreaUnderRocCurve = labels.Distinct().Count() < 2 ? double.NaN : new DetectionCurve(probabilities, labels).AreaUnderRoc(),
            ReliabilityBins = both.ReliabilityBins,
        };
    }
}
