using System.Diagnostics;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>The one training loop: epochs of steps, validation, early stopping, checkpoints, progress, cancellation.</summary>
internal sealed class TrainingLoop(Net net, Loss loss, IRowFeed training, IRowFeed? validation, LoopSettings settings)
{
    private readonly WeightSnapshot _epochStart = new();
    private readonly TelemetryRecorder? _telemetry = settings.Telemetry ? new TelemetryRecorder(net, loss, settings.ZeroFeatures) : null;

    /// <summary>Trains the net, which must have been initialised; goes on from the checkpoint where there is one.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, and the settings ask to throw.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a finite number, or a regulariser ruined the weights in the first epoch.</exception>
    public TrainingOutcome Run()
    {
        using DisposeScope outer = NewDisposeScope();
        using var noGrad = no_grad();
        using StepRule rule = settings.Optimizer.CreateRule(net.Parameters, settings.Threads);
        IReadOnlyList<TrainingHook> hooks = FineTuningHooks.Create(settings, net);
        try
        {
            var state = new FitState();
            bool resumed = settings.Checkpoint?.TryLoad(reader => state.Load(reader, net.Parameters, rule)) ?? false;
            foreach (TrainingHook hook in hooks)
                hook.FitStart(new FitContext(net, rule), resumed);
            StopReason reason = RunEpochs(state, rule, hooks);
            settings.Checkpoint?.Delete();
            return Choose(state, reason);
        }
        finally
        {
            foreach (TrainingHook hook in hooks)
                hook.Dispose();
        }
    }

    private StopReason RunEpochs(FitState state, StepRule rule, IReadOnlyList<TrainingHook> hooks)
    {
        using var step = new TrainingStep(net, loss, rule, hooks, settings.GradientClipping, settings.Seed);
        using Validator? validator = validation is null ? null : new Validator(net, loss, validation);
        var ticker = new ProgressTicker(settings.Progress, settings.Epochs, state.Epochs.Count) { LastEpoch = state.Epochs.LastOrDefault() };
        while (state.Epochs.Count < settings.Epochs && !PatienceIsOver(state))
        {
            EpochReport report;
            try
            {
                report = RunEpoch(state.Epochs.Count, step, rule, hooks, validator, ticker);
            }
            catch (OperationCanceledException) when (settings.KeepBestOnCancel)
            {
                return StopReason.Cancelled;
            }
            catch (NormCollapseException e) when (state.Epochs.Count > 0)
            {
                settings.Warn($"{e.Message} The fit was stopped after epoch {state.Epochs.Count}, whose weights are kept.");
                return StopReason.NormCollapse;
            }

            state.Epochs.Add(report);
            state.Best.Offer(report.Epoch, report.ValidationLoss, net.Parameters);
            settings.Checkpoint?.Save(writer => state.Save(writer, net.Parameters, rule));
            settings.EpochDone(report);
            ticker.EpochDone(report);
            Allocator.Trim();
        }

        return state.Epochs.Count < settings.Epochs ? StopReason.EarlyStopping : StopReason.EpochsDone;
    }

    private bool PatienceIsOver(FitState state) =>
        validation is not null && settings.Patience is { } patience && state.Epochs.Count - state.Best.Epoch >= patience;

    private EpochReport RunEpoch(
        int epoch, TrainingStep step, StepRule rule, IReadOnlyList<TrainingHook> hooks, Validator? validator, ProgressTicker ticker)
    {
        long start = Stopwatch.GetTimestamp();
        if (_telemetry is not null || hooks.Any(hook => hook.MayStop))
            _epochStart.Take(net.Parameters);
        using DisposeScope epochScope = NewDisposeScope();
        Tensor lossSum = zeros(1, float64, net.Parameters.Device);
        net.BeginEpoch(settings.Seed, epoch);
        training.BeginEpoch(settings.Seed, epoch, goesOn: epoch + 1 < settings.Epochs);
        long rowsDone = 0;
        double learningRate = 0;
        Batch? first = null; // of the epoch, for the telemetry
        while (true)
        {
            settings.CancellationToken.ThrowIfCancellationRequested();
            settings.CheckAlive();
            using DisposeScope scope = NewDisposeScope();
            if (training.Next(settings.BatchSize) is not { } batch)
                break;
            double progress = (epoch + (double)rowsDone / training.Rows) / settings.Epochs;
            learningRate = settings.LearningRate * settings.Schedule.Factor(progress, epoch);
            if (_telemetry is not null)
                first ??= new Batch(batch.Features.clone().MoveToOuterDisposeScope(), batch.Targets.clone().MoveToOuterDisposeScope(), null);
            step.Run(batch, learningRate, lossSum);
            rowsDone += batch.Rows;
            ticker.Tick(epoch, rowsDone, training.Rows, lossSum, learningRate, Stopwatch.GetElapsedTime(start));
        }

        foreach (TrainingHook hook in hooks)
            hook.EpochEnd(new FitContext(net, rule), epoch);
        if (hooks.Select(hook => hook.Fault(new FitContext(net, rule), learningRate)).FirstOrDefault(fault => fault is not null) is { } fault)
            throw new NormCollapseException(fault);
        double trainingLoss = lossSum.item<double>() / rowsDone;
        double trainingSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (!double.IsFinite(trainingLoss))
            throw Diverged(epoch, trainingLoss, learningRate);
        (double validationLoss, double metric) = validator?.Measure() ?? (double.NaN, double.NaN);
        EpochTelemetry? telemetry = first is null ? null : _telemetry?.Measure(_epochStart, learningRate, first);
        return new EpochReport(
            epoch + 1, trainingLoss, validationLoss, metric, learningRate, Stopwatch.GetElapsedTime(start).TotalSeconds, rowsDone / trainingSeconds)
        {
            PretrainingLoss = loss.TakePretrainingLoss(),
            Telemetry = telemetry,
        };
    }

    private TrainingOutcome Choose(FitState state, StopReason reason)
    {
        bool useBest = state.Best.Epoch > 0 && (settings.Patience is not null || reason == StopReason.Cancelled);
        (float[] parameters, float[] buffers) = useBest ? (state.Best.Parameters, state.Best.Buffers)
            : reason == StopReason.NormCollapse ? (_epochStart.Parameters, _epochStart.Buffers)
            : net.Parameters.ToArrays();
        return new TrainingOutcome(parameters, buffers, state.Epochs, reason, useBest ? state.Best.Epoch : state.Epochs.Count);
    }

    private InvalidOperationException Diverged(int epoch, double trainingLoss, double learningRate) => new(
        $"The training loss became {trainingLoss} in epoch {epoch + 1} at a learning rate of {learningRate:g3} with {settings.Optimizer}. "
        + $"Lower LearningRate (now {settings.LearningRate:g3}), set GradientClipping (1 is usual), or normalise the features.");
}
