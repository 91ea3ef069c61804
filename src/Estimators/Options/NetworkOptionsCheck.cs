using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>Checks the shared options: every fault is one line with name, value, allowed range and remedy.</summary>
internal static class NetworkOptionsCheck
{
    public static void Run(NetworkTrainerOptions o, ICollection<string> faults)
    {
        CheckColumns(o, faults);
        o.Architecture?.Check(faults);
        o.InputShape?.Check("InputShape", faults);
        o.ChannelStatistics?.Check(faults);
        if (!Enum.IsDefined(o.Precision))
            faults.Add($"Precision is {(int)o.Precision}; allowed are {string.Join(", ", Enum.GetNames<Precision>())}.");
        if (o.Precision != Precision.Float32 && o.Architecture is not (null or ConvArchitecture))
            faults.Add($"Precision is {o.Precision}; {o.Architecture} trains in Float32. BFloat16 is for convolutional recipes, such as Architecture.CifarResNet().");
        if (o.Epochs is < 1)
            faults.Add($"Epochs is {o.Epochs}; it must be at least 1. Leave it out to let the data decide.");
        if (o.BatchSize is < 1)
            faults.Add($"BatchSize is {o.BatchSize}; it must be at least 1. Leave it out to let the data decide.");
        if (o.LearningRate is { } rate && !(rate > 0 && double.IsFinite(rate)))
            faults.Add($"LearningRate is {rate}; it must be a finite number above 0. Leave it out for the optimiser's own.");
        if (o.GradientClipping is { } clip && !(clip > 0 && double.IsFinite(clip)))
            faults.Add($"GradientClipping is {clip}; it must be a finite number above 0. Leave it out for no limit.");
        if (o.ValidationFraction is { } fraction && !(fraction is >= 0 and <= 0.5))
            faults.Add($"ValidationFraction is {fraction}; allowed is 0 to 0.5. 0 switches validation off.");
        if (o.ValidationSet is not null && o.ValidationFraction > 0)
            faults.Add($"ValidationSet and ValidationFraction ({o.ValidationFraction}) are both set; give one of them.");
        if (o.EarlyStoppingPatience < 0)
            faults.Add($"EarlyStoppingPatience is {o.EarlyStoppingPatience}; it must be at least 0. 0 runs all epochs.");
        if (o.GpuDeviceId is < 0)
            faults.Add($"GpuDeviceId is {o.GpuDeviceId}; it must be at least 0. Leave it out for the MLContext's setting.");
        if (o.CheckpointFolder is { } folder && string.IsNullOrWhiteSpace(folder))
            faults.Add("CheckpointFolder is blank; give a folder, or null for no checkpoints.");
        o.Augmentation?.Check(faults);
        if (o.Augmentation is not null && o.Architecture is not (null or ConvArchitecture))
            faults.Add($"Augmentation is set, but {o.Architecture} sees plain vectors; give a convolutional recipe such as Architecture.ConvNet(), or leave it out.");
        if (o.InitialWeights is { } weights && string.IsNullOrWhiteSpace(weights))
            faults.Add("InitialWeights is blank; give a safetensors file, or null for random weights.");
        if (!Enum.IsDefined(o.OnCancellation))
            faults.Add($"OnCancellation is {(int)o.OnCancellation}; allowed are {string.Join(", ", Enum.GetNames<CancellationBehavior>())}.");
        CheckParts(o, faults);
    }

    private static void CheckColumns(NetworkTrainerOptions o, ICollection<string> faults)
    {
        (string Option, string? Name)[] names =
        [
            (nameof(o.LabelColumnName), o.LabelColumnName), (nameof(o.FeatureColumnName), o.FeatureColumnName),
            (nameof(o.PredictedLabelColumnName), o.PredictedLabelColumnName), (nameof(o.ScoreColumnName), o.ScoreColumnName),
            (nameof(o.ProbabilityColumnName), o.ProbabilityColumnName),
        ];
        foreach ((string option, string? name) in names)
            if (string.IsNullOrWhiteSpace(name))
                faults.Add($"{option} is blank; give the name of a column.");
        if (o.ExampleWeightColumnName is not null && string.IsNullOrWhiteSpace(o.ExampleWeightColumnName))
            faults.Add("ExampleWeightColumnName is blank; give the name of a column, or null for no weights.");
    }

    private static void CheckParts(NetworkTrainerOptions o, ICollection<string> faults)
    {
        o.Optimizer?.Check(faults);
        if (o.LearningRateSchedule is null)
            faults.Add("LearningRateSchedule is null; give one, such as LearningRateSchedule.Cosine().");
        else
            o.LearningRateSchedule.Check(faults);
        if (o.Regularization is null || o.Regularization.Any(regularizer => regularizer is null))
            faults.Add("Regularization is null or holds null; give a list of regularisers, which may be empty.");
        else
            RegularizerSet.Check(o.Regularization, o.EffectiveOptimizer, o.Architecture, faults);
        if (o.Threads is null)
            faults.Add("Threads is null; give one, such as ThreadPolicy.Auto.");
        else
            o.Threads.Check(faults);
        if (o.Cache is null)
            faults.Add("Cache is null; give one, such as CachePolicy.Auto.");
        else
            o.Cache.Check(faults);
    }
}
