using MLExtensions.Samples.Shared;

namespace MLExtensions.Samples;

/// <summary>What the user asked for on the command line.</summary>
internal sealed record BayesianNestedSampleOptions
{
    /// <summary>A folder with MNIST-style files: the pictures to learn.</summary>
    public string? DataFolder { get; init; }

    /// <summary>A folder with pictures of another kind.</summary>
    public string? StrangersFolder { get; init; }

    /// <summary>Passes over the training rows; null leaves them to the trainer.</summary>
    public int? Epochs { get; init; }

    /// <summary>Fixes the drawn data and the fit.</summary>
    public int Seed { get; init; }

    /// <summary>Where model files and curves go; null for a new temporary folder.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Says what does not fit together, before any work is done.</summary>
    public void Check()
    {
        if (Epochs < 1)
            throw new SampleInputException($"--epochs is {Epochs}; it must be at least 1.");
    }
}
