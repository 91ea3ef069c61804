using System.Security.Cryptography;
using System.Text;
using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Estimators.NeuralNetwork;
using MLExtensions.Trainers.Augmenting;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using MLExtensions.Transforms.Scoring;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.Nested;

/// <summary>Fits a nested net to a training set, on the same loop as the plain nets; then collects the statistics of every width.</summary>
internal sealed class NestedFit(
    BayesianNestedNetworkOptions options, TrainingSet set, Device device, Action checkAlive, Action<string> info, Action<string> warn)
{
    /// <summary>Trains with the given seed.</summary>
    public NestedNetwork Run(long seed)
    {
        NetTask task = set.Columns.Task;
        NestedSettings settings = options.ToSettings(task);
        var fineTuning = FineTuningPlan.Of(options, set, seed, checkAlive);
        Architecture recipe = options.Architecture ?? NestedFeatures.RecipeOf(fineTuning.Initial?.Network.Architecture) ?? options.EffectiveArchitecture;
        InputShape input = NestedFeatures.ShapeFor(recipe, set.Columns.Input);
        FitPlan plan = FitPlan.Of(options, set, fineTuning, seed, device.type == TorchSharp.DeviceType.CPU ? "cpu" : $"cuda:{device.index}");
        plan = plan with { Architecture = recipe, OutputWidth = task == NetTask.Regression ? 2 : plan.OutputWidth };
        using NestedNet net = NestedNet.Create(recipe, input, plan.OutputWidth + fineTuning.SourceOutputs, settings, options.InitialContinue, options.InitialLogAlpha, device);
        int threads = options.Threads.Count ?? TorchThreads.Choose(net.WorkPerRow * plan.RowsPerStep, Environment.ProcessorCount);
        info($"Training a nested {recipe} on {plan.Device}: {set.Rows} rows, {set.ValidationRows} for validation, {set.Columns.Width} features, {plan.Epochs} epochs of {plan.BatchSize} rows a step, "
            + $"{threads} threads, seed {seed}");
        using IDisposable threadScope = TorchThreads.Use(threads);
        using IDisposable allocatorScope = Allocator.KeepMemory();
        using Loss loss = fineTuning.LossOf(LossOf(task, plan.OutputWidth), plan.OutputWidth, device);
        net.Initialize(seed);
        // A regression head of a plain net has one output, this one a mean and a deviation.
        InitialModelReport? initial = fineTuning.Start(net, new HeadOutputs(task, plan.OutputWidth, LabelValues.Of(set.Columns.Label)?.ToTexts()), takeHead: task != NetTask.Regression);
        if (initial is not null)
            info(initial.ToString());
        IRowFeed target = set.CreateTrainingFeed(device);
        IRowFeed rows = fineTuning.Feed(target, plan.BatchSize, device); // owns the target's
        if (options.Augmentation is { } augmentation)
            rows = new AugmentedFeed(rows, augmentation, input); // of both streams
        using IRowFeed training = rows;
        using IRowFeed? validation = set.CreateValidationFeed(device);
        LoopSettings loop = Settings(plan, threads, fineTuning);
        TrainingOutcome outcome = new TrainingLoop(net, loss, training, validation, loop).Run();
        net.Parameters.Set(outcome.Parameters, outcome.Buffers);
        float[] statistics = new WidthStatistics(net, target, options.StatisticsRows).Collect(seed, checkAlive);
        TrainingReport report = ReportOf(outcome, plan, threads, loss.MetricName, loop.Regularizers) with { PretrainingRows = fineTuning.PretrainingRows, InitialModel = initial };
        float[] parameters = HeadSplit.TargetOnly(net.Parameters.Layout, outcome.Parameters, NestedLayout.Of(recipe, input, plan.OutputWidth, settings));
        var network = new NestedNetwork(task, recipe, settings, input, plan.OutputWidth, parameters, statistics, report);
        (float[] mean, float[] factor) = NestedFeatures.For(recipe, set.Standardization, set.Columns.Width);
        return network with
        {
            Calibration = options.CalibrateWidths ? WidthCalibration.Fit(network, validation) : [],
            TargetMean = set.Target.Mean,
            TargetScale = set.Target.Scale,
            FeatureMean = mean,
            FeatureFactor = factor,
        };
    }

    private Loss LossOf(NetTask task, int outputs) => task switch
    {
        NetTask.Multiclass => new CrossEntropyLoss(outputs, 0, device),
        NetTask.Binary => new BinaryCrossEntropyLoss(0),
        _ => new GaussianLoss(set.Target.Scale),
    };

    private LoopSettings Settings(FitPlan plan, int threads, FineTuningPlan fineTuning)
    {
        var prior = new NestedPriorRegularizer
        {
            Prior = options.PriorContinue,
            Weight = options.KlWeight,
            Summed = options.SumWeightKl,
            WarmUp = options.KlWarmUp,
            Temperature = options.Temperature,
            FinalTemperature = options.FinalTemperature ?? options.Temperature,
            MostLogAlpha = options.MaximumLogAlpha,
            Rows = set.Rows,
            Steps = plan.Epochs * ((set.Rows + plan.BatchSize - 1) / plan.BatchSize),
        };
        return new LoopSettings
        {
            Epochs = plan.Epochs,
            BatchSize = plan.BatchSize,
            Optimizer = options.EffectiveOptimizer,
            LearningRate = plan.LearningRate,
            Schedule = options.LearningRateSchedule,
            Seed = plan.Seed,
            Threads = threads,
            Regularizers = [prior, .. RegularizerSet.Of(options.Regularization, options.EffectiveOptimizer)],
            HeadRate = fineTuning.HeadRate,
            TargetOutputs = fineTuning.SourceOutputs > 0 ? plan.OutputWidth : null,
            GradientClipping = options.GradientClipping,
            Patience = set.ValidationRows > 0 && plan.Patience > 0 ? plan.Patience : null,
            Checkpoint = CheckpointOf(plan, threads, prior, fineTuning),
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
    }

    private CheckpointFile? CheckpointOf(FitPlan plan, int threads, NestedPriorRegularizer prior, FineTuningPlan fineTuning)
    {
        if (options.CheckpointFolder is not { } folder)
            return null;
        string text = InvariantText.Of(() => string.Join('\n', "nested", plan, plan.Architecture, options.ToSettings(plan.Task), prior, options.EffectiveOptimizer, options.LearningRateSchedule,
            string.Join(';', options.Regularization), options.GradientClipping, options.ValidationFraction, options.ClassWeights, options.InitialContinue, options.InitialLogAlpha,
            options.Cache, options.Cache?.BufferRows, options.Augmentation, options.StatisticsRows, threads, typeof(NestedFit).Assembly.GetName().Version, typeof(TorchSharp.torch).Assembly.GetName().Version, set.Hash(), fineTuning.Fingerprint()));
        var checkpoint = new CheckpointFile(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32].ToLowerInvariant());
        checkpoint.CheckWritable();
        return checkpoint;
    }

    private TrainingReport ReportOf(TrainingOutcome outcome, FitPlan plan, int threads, string metricName, IReadOnlyList<Regularizer> regularizers) => new()
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
        Regularization = InvariantText.Of<IReadOnlyList<string>>(() => [.. regularizers.Select(regularizer => regularizer.ToString())]),
        Parameters = NestedLayout.Of(plan.Architecture, NestedFeatures.ShapeFor(plan.Architecture, plan.Input), plan.OutputWidth, options.ToSettings(plan.Task)).ParameterCount,
        MetricName = metricName,
        Versions = new Dictionary<string, string>
        {
            ["MLExtensions"] = typeof(NestedFit).Assembly.GetName().Version?.ToString(3) ?? "unknown",
            ["TorchSharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3) ?? "unknown",
            [".NET"] = Environment.Version.ToString(),
        },
    };
}
