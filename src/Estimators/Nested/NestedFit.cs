using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Estimators.Fitting;
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
/// <param name="options">Checked options.</param>
/// <param name="request">What is asked for.</param>
internal sealed class NestedFit(BayesianNestedNetworkOptions options, FitRequest request)
{
    /// <summary>Trains.</summary>
    public NestedNetwork Run()
    {
        TrainingSet set = request.Set;
        FineTuningPlan fineTuning = request.FineTuning;
        Device device = request.Device;
        NetTask task = set.Columns.Task;
        NestedSettings settings = options.ToSettings(task);
        Architecture recipe = options.Architecture ?? NestedFeatures.RecipeOf(fineTuning.Initial?.Network.Architecture) ?? options.EffectiveArchitecture;
        InputShape input = NestedFeatures.ShapeFor(recipe, set.Columns.Input);
        FitPlan plan = request.PlanOf(options);
        plan = plan with { Architecture = recipe, OutputWidth = task == NetTask.Regression ? 2 : plan.OutputWidth };
        using NestedNet net = NestedNet.Create(recipe, input, plan.OutputWidth + fineTuning.SourceOutputs, settings, options.InitialContinue, options.InitialLogAlpha, device);
        int threads = options.Threads.Count ?? TorchThreads.Choose(net.WorkPerRow * plan.RowsPerStep, Environment.ProcessorCount);
        request.Log.Info($"Training a nested {recipe} on {plan.Device}: {set.Rows} rows, {set.ValidationRows} for validation, {set.Columns.Width} features, {plan.Epochs} epochs of {plan.BatchSize} rows a step, "
            + $"{threads} threads, seed {plan.Seed}");
        using IDisposable threadScope = TorchThreads.Use(threads);
        using IDisposable allocatorScope = Allocator.KeepMemory();
        using Loss loss = fineTuning.LossOf(LossOf(task, plan.OutputWidth), plan.OutputWidth, device);
        net.Initialize(plan.Seed);
        var head = new HeadOutputs(task, plan.OutputWidth, request.Labels?.ToTexts()) { TargetMean = set.Target.Mean, TargetScale = set.Target.Scale };
        // A regression head of a plain net has one output, this one a mean and a deviation, which another kind of noise learns in another way.
        InitialModelReport? initial = fineTuning.Start(net, head, takeHead: task != NetTask.Regression || fineTuning.Initial?.Nested?.Settings.Noise == settings.Noise);
        if (initial is not null)
            request.Log.Info(initial.ToString());
        IRowFeed target = set.CreateTrainingFeed(device);
        IRowFeed rows = fineTuning.Feed(target, plan.BatchSize, device); // owns the target's
        if (options.Augmentation is { } augmentation)
            rows = new AugmentedFeed(rows, augmentation, input); // of both streams
        using IRowFeed training = rows;
        using IRowFeed? validation = set.CreateValidationFeed(device);
        LoopSettings loop = Settings(plan, threads);
        TrainingOutcome outcome = new TrainingLoop(net, loss, training, validation, loop).Run();
        net.Parameters.Set(outcome.Parameters, outcome.Buffers);
        float[] statistics = new WidthStatistics(net, target, options.StatisticsRows).Collect(plan.Seed, request.CheckAlive);
        ParameterLayout layout = NestedLayout.Of(recipe, input, plan.OutputWidth, settings);
        TrainingReport report = FitReport.Of(options, request, plan, loop, outcome, loss.MetricName, layout.ParameterCount) with { InitialModel = initial };
        float[] parameters = HeadSplit.TargetOnly(net.Parameters.Layout, outcome.Parameters, layout);
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
        NetTask.Multiclass => new CrossEntropyLoss(outputs, 0, request.Device),
        NetTask.Binary => new BinaryCrossEntropyLoss(0),
        _ => new GaussianLoss(request.Set.Target.Scale),
    };

    private LoopSettings Settings(FitPlan plan, int threads)
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
            Rows = request.Set.Rows,
            Steps = plan.Epochs * ((request.Set.Rows + plan.BatchSize - 1) / plan.BatchSize),
        };
        IReadOnlyList<Regularizer> regularizers = [prior, .. RegularizerSet.Of(options.Regularization, options.EffectiveOptimizer)];
        CheckpointFile? checkpoint = FitCheckpoint.Of(
            options, request, plan, threads, "nested", options.ToSettings(plan.Task), prior, options.ClassWeights, options.InitialContinue, options.InitialLogAlpha);
        return FitSettings.Of(options, request, plan, threads, regularizers, checkpoint);
    }
}
