using MLExtensions.Samples.Shared;

namespace MLExtensions.Samples;

/// <summary>What the user asked of the demonstration.</summary>
internal sealed record DemoOptions
{
    /// <summary>The big labelled set: a folder with four IDX files, or one subfolder of pictures per class; null for drawn letters.</summary>
    public string? SourceFolder { get; init; }

    /// <summary>The small labelled set, likewise; null for drawn digits.</summary>
    public string? TargetFolder { get; init; }

    /// <summary>K, how many source classes to choose; null for as many as the target has, at least 2.</summary>
    public int? Top { get; init; }

    /// <summary>Target pictures of each class that are trained on; the others are for the test.</summary>
    public int RowsPerClass { get; init; }

    /// <summary>How often the target pictures are drawn anew; accuracies are means over them.</summary>
    public int Draws { get; init; }

    /// <summary>Fixes the drawn pictures, the splits and the fits.</summary>
    public int Seed { get; init; }

    /// <summary>Says what does not fit together, before any work is done.</summary>
    public void Check()
    {
        if (SourceFolder is null != TargetFolder is null)
            throw new SampleInputException("--source and --target go together: give both folders, or none for drawn letters and digits.");
        foreach (string? folder in new[] { SourceFolder, TargetFolder })
            if (folder is not null && !Directory.Exists(folder))
                throw new SampleInputException($"There is no folder '{folder}'. Give a folder with four IDX files, or with one subfolder of pictures per class.");
        if (Top < 1)
            throw new SampleInputException($"--top is {Top}; it must be at least 1.");
        if (RowsPerClass < 2)
            throw new SampleInputException($"--rows-per-class is {RowsPerClass}; it must be at least 2.");
        if (Draws is < 1 or > 100)
            throw new SampleInputException($"--draws is {Draws}; allowed are 1 to 100.");
    }
}
