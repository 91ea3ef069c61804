using MLExtensions.Samples.Shared;

namespace MLExtensions.Samples;

/// <summary>What the user asked for on the command line.</summary>
internal sealed record QuickStartOptions
{
    /// <summary>A folder with MNIST or Fashion-MNIST files.</summary>
    public string? DataFolder { get; init; }

    /// <summary>A table.</summary>
    public string? CsvFile { get; init; }

    /// <summary>The table's column to predict.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Passes over the training rows; null leaves them to the trainer.</summary>
    public int? Epochs { get; init; }

    /// <summary>Fixes the drawn data, the split and the fit.</summary>
    public int Seed { get; init; }

    /// <summary>Where model.zip goes; null for a new temporary folder.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Says what does not fit together, before any work is done.</summary>
    public void Check()
    {
        if (DataFolder is not null && CsvFile is not null)
            throw new SampleInputException("--data and --csv exclude each other; give one of them.");
        if (CsvFile is not null && LabelColumn is null)
            throw new SampleInputException("--csv needs --label, the name of the column to predict.");
        if (CsvFile is null && LabelColumn is not null)
            throw new SampleInputException("--label names a column of a table; it needs --csv.");
        if (Epochs < 1)
            throw new SampleInputException($"--epochs is {Epochs}; it must be at least 1.");
    }
}
