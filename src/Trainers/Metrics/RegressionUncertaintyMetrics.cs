using MLExtensions.Trainers.Metrics;

namespace MLExtensions;

/// <summary>How well predicted means and deviations describe the labels, as normal distributions.</summary>
public sealed record RegressionUncertaintyMetrics
{
    /// <summary>Rows that were measured.</summary>
    public required int Rows { get; init; }

    /// <summary>Root of the mean squared error, in units of the label.</summary>
    public required double RootMeanSquaredError { get; init; }

    /// <summary>Mean of −log N(label; mean, deviation²), in nats. Lower is better.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Continuous ranked probability score, in units of the label. Lower is better.</summary>
    public required double RankedProbabilityScore { get; init; }

    /// <summary>The level of the intervals that the next three are about.</summary>
    public required double Level { get; init; }

    /// <summary>The share of labels within their central interval; should be near <see cref="Level"/>.</summary>
    public required double IntervalCoverage { get; init; }

    /// <summary>Mean width of the intervals, in units of the label. Narrower is better at the same coverage.</summary>
    public required double MeanIntervalWidth { get; init; }

    /// <summary>Interval score: width plus a penalty for labels outside. Lower is better.</summary>
    public required double IntervalScore { get; init; }

    internal static RegressionUncertaintyMetrics Of(GaussianPredictions rows, double level)
    {
        IntervalPredictions intervals = rows.Intervals(level);
        return new RegressionUncertaintyMetrics
        {
            Rows = rows.Labels.Length,
            RootMeanSquaredError = rows.RootMeanSquaredError(),
            NegativeLogLikelihood = rows.NegativeLogLikelihood(),
            RankedProbabilityScore = rows.RankedProbabilityScore(),
            Level = level,
            IntervalCoverage = intervals.Coverage(),
            MeanIntervalWidth = intervals.MeanWidth(),
            IntervalScore = intervals.Score(level),
        };
    }
}
