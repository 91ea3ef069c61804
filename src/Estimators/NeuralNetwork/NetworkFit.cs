using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Estimators.Fitting;
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
/// <param name="request">What is asked for.</param>
internal sealed class NetworkFit(NeuralNetworkOptions options, FitRequest request)
{
    /// <summary>Trains.</summary>
    public FittedNetwork Run()
    {
        TrainingSet set = request.Set;
        FineTuningPlan fineTuning = request.FineTuning;
        Device device = request.Device;
        FitPlan plan = request.PlanOf(options);
        int threads = ThreadChoice.Of(options, plan, device);
        CheckpointFile? checkpoint = FitCheckpoint.Of(
            options, request, plan, threads, options.LabelSmoothing, options.ClassWeights, options.HuberDelta, options.FreezeUntil, options.FreezeStatistics);
        request.Log.Info($"Training {plan.Architecture} on {plan.Device}: {set.Rows} rows, {set.ValidationRows} for validation, {plan.Input}, "
            + $"{plan.Epochs} epochs of {plan.BatchSize} rows a step, {threads} threads, seed {plan.Seed}{(set.IsStreamed ? ", rows read anew every epoch" : "")}");
        using IDisposable threadScope = TorchThreads.Use(threads);
        using IDisposable allocatorScope = Allocator.KeepMemory();
        using Loss loss = fineTuning.LossOf(LossFactory.Create(options, plan, set.Target.Scale, device), plan.OutputWidth, device);
        using Net net = Net.Create(plan.Architecture, plan.Input, plan.OutputWidth + fineTuning.SourceOutputs, device, options.Precision);
        net.Initialize(plan.Seed);
        InitialWeightsReport? weights = options.InitialWeights is { } file ? NetWeights.Load(file, net) : null;
        if (weights is not null)
            request.Log.Info($"InitialWeights: {weights}");
        InitialModelReport? initial = fineTuning.Start(net, HeadOf(plan));
        if (initial is not null)
            request.Log.Info(initial.ToString());
        net.Freeze(FrozenParts.Before(net.Parameters.Layout, options.FreezeUntil, options.FreezeStatistics));
        IRowFeed rows = fineTuning.Feed(set.CreateTrainingFeed(device), plan.BatchSize, device);
        if (options.Augmentation is { } augmentation)
            rows = new AugmentedFeed(rows, augmentation, plan.Input); // of both streams
        using IRowFeed training = rows;
        using IRowFeed? validation = set.CreateValidationFeed(device);
        LoopSettings loop = FitSettings.Of(options, request, plan, threads, RegularizerSet.Of(options.Regularization, options.EffectiveOptimizer), checkpoint);
        TrainingOutcome outcome = new TrainingLoop(net, loss, training, validation, loop).Run();
        int parameters = ParameterLayout.Of(plan.Architecture, plan.Input, plan.OutputWidth).ParameterCount;
        return new FittedNetwork(plan.Task, plan.Architecture, plan.Input, plan.OutputWidth, fineTuning.Kept(net, outcome.Parameters, plan.OutputWidth), outcome.Buffers,
            FitReport.Of(options, request, plan, loop, outcome, loss.MetricName, parameters) with { InitialWeights = weights, InitialModel = initial })
        {
            TargetMean = set.Target.Mean,
            TargetScale = set.Target.Scale,
            FeatureMean = set.Standardization?.Mean ?? [],
            FeatureFactor = set.Standardization?.Factor ?? [],
            Precision = options.Precision,
        };
    }

    private HeadOutputs HeadOf(FitPlan plan) => new(plan.Task, plan.OutputWidth, request.Labels?.ToTexts())
    {
        TargetMean = request.Set.Target.Mean,
        TargetScale = request.Set.Target.Scale,
    };
}
