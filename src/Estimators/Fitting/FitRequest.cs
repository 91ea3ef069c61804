using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Transforms.Scoring;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.Fitting;

/// <summary>What a fit of any net is asked to do: rows, start, seed, device, and whom to tell.</summary>
internal sealed class FitRequest
{
    /// <summary>The rows.</summary>
    public required TrainingSet Set { get; init; }

    /// <summary>The label's key values; null where it has none.</summary>
    public required LabelValues? Labels { get; init; }

    /// <summary>What the fit starts from and trains on beside the rows.</summary>
    public required FineTuningPlan FineTuning { get; init; }

    public required long Seed { get; init; }

    public required Device Device { get; init; }

    /// <summary>Throws when the host was asked to stop.</summary>
    public required Action CheckAlive { get; init; }

    public required FitLog Log { get; init; }

    /// <summary>The device's name in reports.</summary>
    public string DeviceName => Device.type == TorchSharp.DeviceType.CPU ? "cpu" : $"cuda:{Device.index}";

    /// <summary>The plan of the fit.</summary>
    public FitPlan PlanOf(NetworkTrainerOptions options) => FitPlan.Of(options, Set, FineTuning, Seed, DeviceName);
}
