namespace MLExtensions;

/// <summary>One pass over the training rows.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="TrainingLoss">Mean weighted loss over all rows of the epoch, as they were trained on.</param>
/// <param name="ValidationLoss">Mean weighted loss over the whole validation set after the epoch; NaN without validation.</param>
/// <param name="ValidationMetric">Accuracy (classification) or root mean squared error (regression) over the whole validation set; NaN without validation.</param>
/// <param name="LearningRate">Learning rate of the epoch's last step.</param>
/// <param name="Seconds">Wall-clock time, validation included.</param>
/// <param name="RowsPerSecond">Training rows per second of training time.</param>
public sealed record EpochReport(
    int Epoch,
    double TrainingLoss,
    double ValidationLoss,
    double ValidationMetric,
    double LearningRate,
    double Seconds,
    double RowsPerSecond)
{
    /// <summary>Norms, angles and input gradients after the epoch; null where telemetry is off, or in models saved before there was any.</summary>
    public EpochTelemetry? Telemetry { get; init; }

    /// <summary>Mean loss over the pre-training rows of the epoch, before λ; NaN without pre-training rows.</summary>
    public double PretrainingLoss { get; init; } = double.NaN;
}
