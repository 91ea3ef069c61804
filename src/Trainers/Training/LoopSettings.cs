namespace MLExtensions.Trainers.Training;

/// <summary>What a training loop needs to know; everything is resolved and checked.</summary>
internal sealed record LoopSettings
{
    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required Optimizer Optimizer { get; init; }

    public required double LearningRate { get; init; }

    public required LearningRateSchedule Schedule { get; init; }

    public required long Seed { get; init; }

    public required int Threads { get; init; }

    /// <summary>The optimiser's own weight decay included.</summary>
    public IReadOnlyList<Regularizer> Regularizers { get; init; } = [];

    /// <summary>What the learning rate of the output layer is multiplied by.</summary>
    public double HeadRate { get; init; } = 1;

    /// <summary>Outputs of the target's head in a net that carries a second one; null for a net with one head.</summary>
    public int? TargetOutputs { get; init; }

    /// <summary>Largest norm of the whole gradient; null for no limit.</summary>
    public double? GradientClipping { get; init; }

    /// <summary>Epochs without a better validation loss before the fit stops; null: run all epochs and keep the last weights.</summary>
    public int? Patience { get; init; }

    /// <summary>Where the state is kept after every epoch; null for nowhere.</summary>
    public CheckpointFile? Checkpoint { get; init; }

    public IProgress<TrainingProgress>? Progress { get; init; }

    public CancellationToken CancellationToken { get; init; }

    /// <summary>Throws <see cref="OperationCanceledException"/> when the host was asked to stop; called every step.</summary>
    public Action CheckAlive { get; init; } = static () => { };

    /// <summary>On cancellation: keep the best weights so far instead of throwing.</summary>
    public bool KeepBestOnCancel { get; init; }

    /// <summary>Whether every epoch's report tells of norms, angles and input gradients.</summary>
    public bool Telemetry { get; init; }

    /// <summary>Which features are zero in every row, as the net sees them; empty where that is not known.</summary>
    public IReadOnlyList<bool> ZeroFeatures { get; init; } = [];

    /// <summary>Takes what a user should know, for a log.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Called at the end of every epoch, for a log.</summary>
    public Action<EpochReport> EpochDone { get; init; } = static _ => { };
}
