using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;
using TorchSharp;

namespace MLExtensions.Estimators.Fitting;

/// <summary>A trainer's place in ML.NET: its host, and what every fit of a net begins with.</summary>
internal sealed class TrainerHost
{
    private readonly IHost _host;
    private readonly NetTask _task;

    /// <param name="environment">Where the trainer lives.</param>
    /// <param name="trainer">The trainer's name.</param>
    /// <param name="task">What it learns.</param>
    /// <param name="seed">The seed of its options; null for the environment's.</param>
    public TrainerHost(IHostEnvironment environment, string trainer, NetTask task, long? seed)
    {
        Environment = environment;
        _task = task;
        _host = seed is { } given ? environment.Register(trainer, seed: unchecked((int)(given ^ (given >> 32)))) : environment.Register(trainer);
    }

    public IHostEnvironment Environment { get; }

    /// <summary>The log of a fit; to be disposed after it.</summary>
    public FitLog OpenLog() => new(_host);

    /// <summary>Reads the rows and settles seed and device: all that a fit needs beside its method.</summary>
    /// <param name="trainingSet">The training rows.</param>
    /// <param name="options">Checked options, with their validation rows.</param>
    /// <param name="classWeights">Weights of whole classes.</param>
    /// <param name="log">The log of this fit.</param>
    public FitRequest Prepare(IDataView trainingSet, NetworkTrainerOptions options, ClassWeights? classWeights, FitLog log)
    {
        TrainingColumns columns = TrainingColumns.Of(trainingSet.Schema, _task, options);
        LabelValues? labels = LabelValues.Of(columns.Label);
        long seed = options.Seed ?? _host.Rand.NextInt64();
        NativeTorch.EnsureLoaded();
        torch.Device device = TorchDevice.Find(
            options.GpuDeviceId ?? HostSettings.GpuDeviceId(Environment), options.FallbackToCpu ?? HostSettings.FallbackToCpu(Environment), out bool fellBack);
        if (fellBack)
            log.Warning("The CUDA device that was asked for is missing; training on the CPU (FallbackToCpu).");
        void CheckAlive() => Cancellation.CheckAlive(_host);
        TrainingSet set = TrainingSet.Read(
            trainingSet, columns, options, classWeights, ClassNames.Of(_task, columns.Classes, labels), seed, CheckAlive, fingerprint: options.CheckpointFolder is not null);
        if (set.SkippedRows > 0)
            log.Warning($"{set.SkippedRows} rows were skipped: their label in column '{options.LabelColumnName}' is missing.");
        return new FitRequest
        {
            Set = set,
            Labels = labels,
            FineTuning = FineTuningPlan.Of(options, set, seed, CheckAlive),
            Seed = seed,
            Device = device,
            CheckAlive = CheckAlive,
            Log = log,
        };
    }
}
