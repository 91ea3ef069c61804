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

    /// <summary>What a row of features is where it is a picture; null for a plain vector.</summary>
    public InputShape? Picture { get; init; }

    /// <summary>The type of numbers in which the net scores.</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether each picture is scored together with its mirror image.</summary>
    public bool Mirrored { get; init; }

    public required ScoreColumnNames Columns { get; init; }

    public required float TargetMean { get; init; }

    public required float TargetScale { get; init; }

    /// <summary>Whether the features are standardised: then two arrays, each of a number for every feature or channel, follow the statistics.</summary>
    public required bool Standardized { get; init; }

    /// <summary>Type of the label's values; null without values.</summary>
    public string? LabelType { get; init; }

    public IReadOnlyList<string>? Labels { get; init; }

    public required TrainingReport Report { get; init; }

    /// <summary>What a row of features is.</summary>
    internal InputShape Input => Picture ?? InputShape.Vector(InputWidth);

    /// <summary>Adds what cannot be true of a saved net: the checksum proves that nothing changed by chance, not who wrote it.</summary>
    public void Check(ICollection<string> faults)
    {
        if (Architecture is null)
            faults.Add("its Architecture is missing.");
        else
            Architecture.Check(faults);
        if (Columns is null)
            faults.Add("its Columns are missing.");
        else
            Columns.Check(faults);
        if (Report?.Epochs is null || Report.Versions is null || Report.Regularization?.Contains(null!) != false
            || Report.InitialWeights is { Matched: null } or { Missing: null } or { WrongShape: null } or { LeftOver: null }
            || Report.Epochs.Any(epoch => epoch is null || epoch.Telemetry is { Layers: null } || epoch.Telemetry?.Layers.Contains(null!) == true))
            faults.Add("its Report is missing or has a hole.");
        if (Mirrored && Picture is null)
            faults.Add("it is scored with mirror images, and its features are no picture.");
        if (!Enum.IsDefined(Task))
            faults.Add($"its task is {(int)Task}.");
        if (InputWidth < 1 || OutputWidth < 1 || (Task != NetTask.Multiclass && OutputWidth != 1))
            faults.Add($"it has {InputWidth} features and {OutputWidth} outputs for the task {Task}.");
        Picture?.Check("its picture", faults);
        if (Picture is not null && (Picture.Length != InputWidth || !Picture.IsImage))
            faults.Add($"it has {InputWidth} features and pictures of {Picture}.");
        if (Picture is not null && Architecture is not ConvArchitecture)
            faults.Add($"it has pictures of {Picture} for a recipe without convolutions.");
        if (!Enum.IsDefined(Precision))
            faults.Add($"its precision is {(int)Precision}.");
        if (LabelType is null != Labels is null)
            faults.Add("it has label values without their type, or a type without values.");
        if (Labels?.Contains(null!) == true)
            faults.Add("its labels cannot be read: one is null.");
        if (Labels is not null && Labels.Count != OutputWidth)
            faults.Add($"it has {Labels.Count} labels for {OutputWidth} outputs.");
    }
}
