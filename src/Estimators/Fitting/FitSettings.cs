using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Fitting;

/// <summary>The settings of the training loop, from options and plan.</summary>
internal static class FitSettings
{
    public static LoopSettings Of(
        NetworkTrainerOptions options, FitRequest request, FitPlan plan, int threads, IReadOnlyList<Regularizer> regularizers, CheckpointFile? checkpoint) => new()
        {
            Epochs = plan.Epochs,
            BatchSize = plan.BatchSize,
            Optimizer = options.EffectiveOptimizer,
            LearningRate = plan.LearningRate,
            Schedule = options.LearningRateSchedule,
            Seed = plan.Seed,
            Threads = threads,
            Regularizers = regularizers,
            HeadRate = request.FineTuning.HeadRate,
            TargetOutputs = request.FineTuning.SourceOutputs > 0 ? plan.OutputWidth : null,
            GradientClipping = options.GradientClipping,
            Patience = request.Set.ValidationRows > 0 && plan.Patience > 0 ? plan.Patience : null,
            Checkpoint = checkpoint,
            Progress = options.Progress,
            CancellationToken = options.CancellationToken,
            CheckAlive = request.CheckAlive,
            Telemetry = options.Telemetry,
            ZeroFeatures = request.Set.ZeroFeatures,
            Warn = request.Log.Warning,
            KeepBestOnCancel = options.OnCancellation == CancellationBehavior.KeepBest,
            EpochDone = epoch => request.Log.Info(FormattableString.Invariant(
                $"Epoch {epoch.Epoch}/{plan.Epochs}: training loss {epoch.TrainingLoss:f4}, validation loss {epoch.ValidationLoss:f4}, metric {epoch.ValidationMetric:f4}, {epoch.RowsPerSecond:f0} rows/s")),
        };
}
