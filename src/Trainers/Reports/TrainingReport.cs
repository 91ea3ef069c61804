namespace MLExtensions;

/// <summary>What happened while a net was fitted. Saved with the model.</summary>
public sealed record TrainingReport
{
    /// <summary>One entry per epoch, in order.</summary>
    public required IReadOnlyList<EpochReport> Epochs { get; init; }

    /// <summary>Why the fit ended.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>The epoch (1-based) whose weights the model holds.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Training rows per epoch.</summary>
    public required long TrainingRows { get; init; }

    /// <summary>Validation rows; 0 without validation.</summary>
    public required long ValidationRows { get; init; }

    /// <summary>Pre-training rows that were trained on jointly; 0 without.</summary>
    public long PretrainingRows { get; init; }

    /// <summary>What was taken from the initial model; null without one.</summary>
    public InitialModelReport? InitialModel { get; init; }

    /// <summary>Rows left out because their label was missing.</summary>
    public required long SkippedRows { get; init; }

    /// <summary>The seed of initialisation, shuffling and dropout.</summary>
    public required long Seed { get; init; }

    /// <summary>Where it ran, such as "cpu" or "cuda:0".</summary>
    public required string Device { get; init; }

    /// <summary>Threads that torch used within one operation.</summary>
    public required int Threads { get; init; }

    /// <summary>The recipe, as text.</summary>
    public required string Architecture { get; init; }

    /// <summary>The optimiser with its settings, as text; empty in models saved before there was this.</summary>
    public string Optimizer { get; init; } = "";

    /// <summary>The regularisers with their settings, as texts, those that came with the optimiser or with another regulariser included.</summary>
    public IReadOnlyList<string> Regularization { get; init; } = [];

    /// <summary>Number of trained parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>The validation metric's name, such as "Accuracy"; what <see cref="EpochReport.ValidationMetric"/> holds.</summary>
    public required string MetricName { get; init; }

    /// <summary>What was taken from <c>InitialWeights</c>; null without such a file.</summary>
    public InitialWeightsReport? InitialWeights { get; init; }

    /// <summary>Versions of what took part: MLExtensions, TorchSharp, .NET.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }
}
