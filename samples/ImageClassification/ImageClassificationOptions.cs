using MLExtensions.Samples.Shared;

namespace MLExtensions.Samples;

/// <summary>What the user asked for.</summary>
internal sealed record ImageClassificationOptions
{
    private const int SmallestSide = 8;
    private const int LargestSide = 1024;

    /// <summary>Pictures; null for drawn ones.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Width and height to which pictures are brought.</summary>
    public int Size { get; init; }

    /// <summary>Passes over the training pictures.</summary>
    public int Epochs { get; init; }

    /// <summary>Published weights to start from; null for random ones.</summary>
    public string? WeightFile { get; init; }

    /// <summary>Fixes the drawn pictures, the split and the fit.</summary>
    public int Seed { get; init; }

    /// <summary>Where the model goes; null for a new temporary folder.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Says what cannot be, before any work is done.</summary>
    public void Check()
    {
        if (Size is < SmallestSide or > LargestSide)
            throw new SampleInputException($"--size is {Size}; allowed are {SmallestSide} to {LargestSide} pixels.");
        if (Epochs < 1)
            throw new SampleInputException($"--epochs is {Epochs}; it must be at least 1.");
        if (DataFolder is not null && !Directory.Exists(DataFolder))
            throw new SampleInputException($"There is no folder '{DataFolder}'.");
        if (WeightFile is not null && !File.Exists(WeightFile))
            throw new SampleInputException($"There is no file '{WeightFile}'.");
    }
}
