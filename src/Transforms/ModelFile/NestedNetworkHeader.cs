using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>What the JSON part of a nested net's stream holds.</summary>
internal sealed record NestedNetworkHeader
{
    public required NetTask Task { get; init; }

    public required Architecture Architecture { get; init; }

    public required NestedSettings Settings { get; init; }

    public required NestedView View { get; init; }

    public required int InputWidth { get; init; }

    /// <summary>The shape of the pictures of a convolutional net; null for plain vectors.</summary>
    public InputShape? Picture { get; init; }

    public required int OutputWidth { get; init; }

    public required ScoreColumnNames Columns { get; init; }

    public required float TargetMean { get; init; }

    public required float TargetScale { get; init; }

    public required bool Standardized { get; init; }

    /// <summary>Whether there is a number of calibration for every width.</summary>
    public required bool Calibrated { get; init; }

    public string? LabelType { get; init; }

    public IReadOnlyList<string>? Labels { get; init; }

    public required TrainingReport Report { get; init; }

    /// <summary>What a row of features is.</summary>
    internal InputShape Input => Picture ?? InputShape.Vector(InputWidth);

    /// <summary>Means, and factors, that standardise a row.</summary>
    internal int Standards => Standardized ? Input.Statistics : 0;

    /// <summary>Adds what cannot be true of a saved net: the checksum proves that nothing changed by chance, not who wrote it.</summary>
    public void Check(ICollection<string> faults)
    {
        if (Architecture is null)
            faults.Add("its Architecture is missing.");
        else
        {
            NestedRecipe.Check(Architecture, faults);
            Architecture.Check(faults);
        }

        Picture?.Check("its picture", faults);
        if (Picture is not null != Architecture is ConvArchitecture || (Picture is not null && (Picture.Length != InputWidth || !Picture.IsImage)))
            faults.Add($"it has {InputWidth} features and pictures of {Picture} for {Architecture}.");
        if (Settings is null || View is null)
            faults.Add("its Settings or its View are missing.");
        else
        {
            Settings.Check(faults);
            if (faults.Count == 0)
                View.Check(Settings, faults);
        }

        if (Columns is null)
            faults.Add("its Columns are missing.");
        else
            Columns.Check(faults);
        if (Report?.Epochs is null || Report.Versions is null || Report.Epochs.Contains(null))
            faults.Add("its Report is missing or has a hole.");
        if (!Enum.IsDefined(Task) || Settings?.IsRegression == (Task != NetTask.Regression))
            faults.Add($"its task is {(int)Task}.");
        if (InputWidth < 1 || OutputWidth < 1 || (Task == NetTask.Binary && OutputWidth != 1) || (Task == NetTask.Regression && OutputWidth != 2))
            faults.Add($"it has {InputWidth} features and {OutputWidth} outputs for the task {Task}.");
        if (LabelType is null != Labels is null || Labels?.Contains(null!) == true || (Labels is not null && Labels.Count != OutputWidth))
            faults.Add($"its label values do not fit {OutputWidth} outputs.");
    }
}
