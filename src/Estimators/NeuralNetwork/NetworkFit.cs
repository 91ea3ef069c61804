using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Trainers.Augmenting;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using MLExtensions.Trainers.WeightFiles;
using MLExtensions.Transforms.Scoring;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.NeuralNetwork;

/// <summary>Fits a net to a training set: from rows and options to managed weights.</summary>
/// <param name="options">Checked options.</param>
/// <param name="set">The rows.</param>
/// <param name="fineTuning">What the fit starts from and trains on beside the rows.</param>
/// <param name="device">Where to train.</param>
/// <param name="checkAlive">Throws when the host was asked to stop.</param>
/// <param name="info">Takes lines for the log.</param>
/// <param name="warn">Takes warnings for the log.</param>
internal sealed class NetworkFit(
    NeuralNetworkOptions options, TrainingSet set, FineTuningPlan fineTuning, Device device, Action checkAlive, Action<string> info, Action<string> warn)
{
    /// <summary>Trains with the given seed.</summary>
    public FittedNetwork Run(long seed)
    {
        FitPlan plan = FitPlan.Of(options, set, fineTuning, seed, device.type == TorchSharp.DeviceType.CPU ? "cpu" : $"cuda:{device.index}");
        int threads = ThreadChoice.Of(options, plan, device);
        CheckpointFile? checkpoint = null;
        if (options.CheckpointFolder is { } folder)
        {
            checkpoint = new CheckpointFile(folder, plan.Fingerprint(options, threads, set.Hash(), fineTuning.Fingerprint()));
            checkpoint.CheckWritable();
        }

        info($"Training {plan.Architecture} on {plan.Device}: {set.Rows} rows, {set.ValidationRows} for validation, {plan.Input}, "
            + $"{plan.Epochs} epochs of {plan.BatchSize} rows a step, {threads} threads, seed {seed}{(set.IsStreamed ? ", rows read anew every epoch" : "")}");
        using IDisposable threadScope = TorchThreads.Use(threads);
        using IDisposable allocatorScope = Allocator.KeepMemory();
        using Loss loss = fineTuning.LossOf(LossFactory.Create(options, plan, set.Target.Scale, device), plan.OutputWidth, device);
        using Net net = Net.Create(plan.Architecture, plan.Input, plan.OutputWidth + fineTuning.SourceOutputs, device, options.Precision);
        net.Initialize(seed);
        InitialWeightsReport? weights = options.InitialWeights is { } file ? NetWeights.Load(file, net) : null;
        if (weights is not null)
            info($"InitialWeights: {weights}");
        InitialModelReport? initial = fineTuning.Start(net, HeadOf(plan));
        if (initial is not null)
            info(initial.ToString());
        net.Freeze(FrozenParts.Before(net.Parameters.Layout, options.FreezeUntil, options.FreezeStatistics));
        IRowFeed rows = fineTuning.Feed(set.CreateTrainingFeed(device), plan.BatchSize, device);
        if (options.Augmentation is { } augmentation)
            rows = new AugmentedFeed(rows, augmentation, plan.Input); // of both streams
        using IRowFeed training = rows;
        using IRowFeed? validation = set.CreateValidationFeed(device);
        TrainingOutcome outcome = new TrainingLoop(net, loss, training, validation, Settings(plan, threads, checkpoint)).Run();
        return new FittedNetwork(plan.Task, plan.Architecture, plan.Input, plan.OutputWidth, fineTuning.Kept(net, outcome.Parameters, plan.OutputWidth), outcome.Buffers,
            ReportOf(outcome, plan, threads, loss.MetricName) with { InitialWeights = weights, InitialModel = initial })
        {
            TargetMean = set.Target.Mean,
            TargetScale = set.Target.Scale,
            FeatureMean = set.Standardization?.Mean ?? [],
            FeatureFactor = set.Standardization?.Factor ?? [],
            Precision = options.Precision,
        };
    }

    private IReadOnlyList<Regularizer> Regularizers => RegularizerSet.Of(options.Regularization, options.EffectiveOptimizer);

    private HeadOutputs HeadOf(FitPlan plan) => new(plan.Task, plan.OutputWidth, LabelValues.Of(set.Columns.Label)?.ToTexts())
    {
        TargetMean = set.Target.Mean,
        TargetScale = set.Target.Scale,
    };

    private LoopSettings Settings(FitPlan plan, int threads, CheckpointFile? checkpoint) => new()
    {
        Epochs = plan.Epochs,
        BatchSize = plan.BatchSize,
        Optimizer = options.EffectiveOptimizer,
        LearningRate = plan.LearningRate,
        Schedule = options.LearningRateSchedule,
        Seed = plan.Seed,
        Threads = threads,
        Regularizers = Regularizers,
        HeadRate = fineTuning.HeadRate,
        TargetOutputs = fineTuning.SourceOutputs > 0 ? plan.OutputWidth : null,
        GradientClipping = options.GradientClipping,
        Patience = set.ValidationRows > 0 && plan.Patience > 0 ? plan.Patience : null,
        Checkpoint = checkpoint,
        Progress = options.Progress,
        CancellationToken = options.CancellationToken,
        CheckAlive = checkAlive,
        Telemetry = options.Telemetry,
        ZeroFeatures = set.ZeroFeatures,
        Warn = warn,
        KeepBestOnCancel = options.OnCancellation == CancellationBehavior.KeepBest,
        EpochDone = epoch => info(FormattableString.Invariant(
            $"Epoch {epoch.Epoch}/{plan.Epochs}: training loss {epoch.TrainingLoss:f4}, validation loss {epoch.ValidationLoss:f4}, metric {epoch.ValidationMetric:f4}, {epoch.RowsPerSecond:f0} rows/s")),
    };

    private TrainingReport ReportOf(TrainingOutcome outcome, FitPlan plan, int threads, string metricName) => new()
    {
        Epochs = outcome.Epochs,
        StopReason = outcome.StopReason,
        BestEpoch = outcome.BestEpoch,
        TrainingRows = set.Rows,
        ValidationRows = set.ValidationRows,
        SkippedRows = set.SkippedRows,
        Seed = plan.Seed,
        Device = plan.Device,
        Threads = threads,
        Architecture = plan.Architecture.ToString(),
        Optimizer = InvariantText.Of(options.EffectiveOptimizer.ToString),
        Regularization = InvariantText.Of<IReadOnlyList<string>>(() => [.. Regularizers.Select(regularizer => regularizer.ToString())]),
        Parameters = ParameterLayout.Of(plan.Architecture, plan.Input, plan.OutputWidth).ParameterCount,
        PretrainingRows = fineTuning.PretrainingRows,
        MetricName = metricName,
        Versions = new Dictionary<string, string>
        {
            ["MLExtensions"] = VersionOf(typeof(NetworkFit)),
            ["TorchSharp"] = VersionOf(typeof(TorchSharp.torch)),
            [".NET"] = Environment.Version.ToString(),
        },
    };

    private static string VersionOf(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
