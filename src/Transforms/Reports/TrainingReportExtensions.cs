using Microsoft.ML;

namespace MLExtensions;

/// <summary>Turns reports into data views.</summary>
public static class TrainingReportExtensions
{
    /// <summary>
    /// One row per epoch, with the properties of <see cref="EpochReport"/> and the numbers of its <see cref="EpochTelemetry"/> as columns; the latter are NaN where telemetry was off.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="mlContext">The context that makes the view.</param>
    public static IDataView ToDataView(this TrainingReport report, MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(mlContext);
        return mlContext.Data.LoadFromEnumerable(report.Epochs.Select(epoch => new EpochRow(epoch)).ToList());
    }

    /// <summary>One row per epoch and weight: Epoch, and the properties of <see cref="LayerTelemetry"/> as columns. Empty where telemetry was off.</summary>
    /// <param name="report">The report.</param>
    /// <param name="mlContext">The context that makes the view.</param>
    public static IDataView LayersToDataView(this TrainingReport report, MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(mlContext);
        return mlContext.Data.LoadFromEnumerable(
            report.Epochs.SelectMany(epoch => (epoch.Telemetry?.Layers ?? []).Select(layer => new LayerRow(epoch.Epoch, layer))).ToList());
    }

    private sealed class LayerRow(int epoch, LayerTelemetry layer)
    {
        public int Epoch => epoch;

        public string Weight => layer.Weight;

        public double Norm => layer.Norm;

        public double GradientNorm => layer.GradientNorm;

        public double EffectiveLearningRate => layer.EffectiveLearningRate;

        public double TurningAngle => layer.TurningAngle;
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

        public double LogIntrinsicNorm => epoch.Telemetry?.LogIntrinsicNorm ?? double.NaN;

        public double WeightDecayValue => epoch.Telemetry?.WeightDecayValue ?? double.NaN;

        public double BalancedWeightDecayValue => epoch.Telemetry?.BalancedWeightDecayValue ?? double.NaN;

        public double InputGradientBound => epoch.Telemetry?.InputGradientBound ?? double.NaN;

        public double MeanInputGradientNorm => epoch.Telemetry?.MeanInputGradientNorm ?? double.NaN;

        public double ShareOutsideInputs => epoch.Telemetry?.ShareOutsideInputs ?? double.NaN;
    }
}
