using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Uncertainty;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Estimators.Nested;

/// <summary>Measures a view of a nested net at a width.</summary>
/// <param name="model">The net with the draws to measure.</param>
/// <param name="validation">Rows with features and label.</param>
internal sealed class WidthMeter(BayesianNestedTransformer model, IDataView validation)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(200); // the runtime compiles hot code again after a tenth of a second
    private const int TimedRows = 300;
    private const double Level = 0.9;

    /// <summary>Cost and worth of a width.</summary>
    public WidthMeasurement Measure(double width)
    {
        BayesianNestedTransformer view = model.WithWidth(width).WithUncertainty(Level);
        FittedNetwork small = new NestedExtraction(model.Model.Network, view.Model.View.Step).Extract();
        (double accuracy, double likelihood, double calibration) = Quality(view.Transform(validation));
        return new WidthMeasurement
        {
            Width = view.Model.Width,
            Parameters = view.Model.ParametersAt(width),
            MultiplyAdds = view.Model.MultiplyAddsAt(width),
            Bytes = sizeof(float) * ((long)small.Parameters.Length + small.Buffers.Length + small.FeatureMean.Length + small.FeatureFactor.Length),
            Latency = LatencyOf(view.Model),
            Accuracy = accuracy,
            NegativeLogLikelihood = likelihood,
            CalibrationError = calibration,
        };
    }

    private (double Accuracy, double Likelihood, double Calibration) Quality(IDataView scored)
    {
        string label = model.Names.Label;
        switch (model.Model.Network.Task)
        {
            case NetTask.Multiclass:
                MulticlassUncertaintyMetrics many = MulticlassUncertaintyMetrics.Of(ScoredClasses.Read(scored, label, model.Names.Score, out int skipped), 15, skipped);
                return (many.Accuracy, many.NegativeLogLikelihood, many.ExpectedCalibrationError);
            case NetTask.Binary:
                double[] probabilities = ScoredRows.ReadNumbers(scored, (model.Names.Probability, "probability"))[0];
                BinaryUncertaintyMetrics two = BinaryUncertaintyMetrics.Of([.. scored.GetColumn<bool>(label)], probabilities, 15);
                return (two.Accuracy, two.NegativeLogLikelihood, two.ExpectedCalibrationError);
            default:
                double[][] columns = ScoredRows.ReadNumbers(scored, (label, "label"), (model.Names.Score, "score"), (UncertaintyColumnNames.TotalDeviation, "deviation"));
                RegressionUncertaintyMetrics one = RegressionUncertaintyMetrics.Of(new GaussianPredictions(columns[0], columns[1], columns[2]), Level);
                double mean = columns[0].Average(), spread = columns[0].Average(t => (t - mean) * (t - mean));
                return (1 - (one.RootMeanSquaredError * one.RootMeanSquaredError / spread), one.NegativeLogLikelihood, Math.Abs(one.IntervalCoverage - Level));
        }
    }

    private static TimeSpan LatencyOf(BayesianNestedModel view)
    {
        IRowScorer scorer = NestedScorers.Of(view.Network, view.View);
        var row = new float[scorer.InputWidth];
        var outputs = new float[scorer.OutputWidth];
        var times = new long[TimedRows];
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < WarmUp;)
            scorer.Score(row, 1, outputs);
        for (int i = 0; i < TimedRows; i++)
        {
            long start = Stopwatch.GetTimestamp();
            scorer.Score(row, 1, outputs);
            times[i] = Stopwatch.GetTimestamp() - start;
        }

        Array.Sort(times);
        return Stopwatch.GetElapsedTime(0, times[TimedRows / 2]);
    }
}
