using Microsoft.ML;

namespace MLExtensions;

/// <summary>Turns reports into data views.</summary>
public static class TrainingReportExtensions
{
    /// <summary>One row per epoch, with the properties of <see cref="EpochReport"/> as columns.</summary>
    /// <param name="report">The report.</param>
    /// <param name="mlContext">The context that makes the view.</param>
    public static IDataView ToDataView(this TrainingReport report, MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(mlContext);
        return mlContext.Data.LoadFromEnumerable(report.Epochs.Select(epoch => new EpochRow(epoch)).ToList());
    }

    private sealed class EpochRow(EpochReport epoch)
    {
        public int Epoch => epoch.Epoch;

        public double TrainingLoss => epoch.TrainingLoss;

        public double ValidationLoss => epoch.ValidationLoss;

        public double ValidationMetric => epoch.ValidationMetric;

        public double LearningRate => epoch.LearningRate;

        public double Seconds => epoch.Seconds;

        public double RowsPerSecond => epoch.RowsPerSecond;
    }
}
