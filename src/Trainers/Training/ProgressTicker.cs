using System.Diagnostics;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>Reports progress a few times per second; only then is the loss read back.</summary>
internal sealed class ProgressTicker(IProgress<TrainingProgress>? progress, int epochs, int epochsBefore)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>The last validation, shown until the next.</summary>
    public EpochReport? LastEpoch { get; set; }

    /// <summary>Reports if it is time.</summary>
    public void Tick(int epoch, long rowsDone, long rows, Tensor lossSum, double learningRate, TimeSpan inEpoch)
    {
        if (progress is null || Stopwatch.GetElapsedTime(_last) < Interval)
            return;
        Report(epoch, (double)rowsDone / rows, lossSum.item<double>() / rowsDone, learningRate, rowsDone / inEpoch.TotalSeconds);
    }

    /// <summary>Reports a full epoch.</summary>
    public void EpochDone(EpochReport report)
    {
        LastEpoch = report;
        if (progress is not null)
            Report(report.Epoch - 1, 1, report.TrainingLoss, report.LearningRate, report.RowsPerSecond);
    }

    private void Report(int epoch, double share, double loss, double learningRate, double rowsPerSecond)
    {
        _last = Stopwatch.GetTimestamp();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        double done = epoch + share;
        progress!.Report(new TrainingProgress
        {
            Epoch = epoch + 1,
            Epochs = epochs,
            Fraction = done / epochs,
            TrainingLoss = loss,
            ValidationLoss = LastEpoch?.ValidationLoss ?? double.NaN,
            ValidationMetric = LastEpoch?.ValidationMetric ?? double.NaN,
            LearningRate = learningRate,
            RowsPerSecond = rowsPerSecond,
            Elapsed = elapsed,
            Remaining = elapsed * ((epochs - done) / Math.Max(done - epochsBefore, 1e-9)),
        });
    }
}
