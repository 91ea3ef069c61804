using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>What the JSON part of a model file holds.</summary>
internal sealed record NetworkHeader
{
    public required NetTask Task { get; init; }

    public required Architecture Architecture { get; init; }

    public required int InputWidth { get; init; }

    public required int OutputWidth { get; init; }

    public required ScoreColumnNames Columns { get; init; }

    public required float TargetMean { get; init; }

    public required float TargetScale { get; init; }

    /// <summary>Whether the features are standardised: then two arrays of InputWidth numbers follow the statistics.</summary>
    public required bool Standardized { get; init; }

    /// <summary>Type of the label's values; null without values.</summary>
    public string? LabelType { get; init; }

    public IReadOnlyList<string>? Labels { get; init; }

    public required TrainingReport Report { get; init; }
}
