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

    /// <summary>Makes the output folder and tries to write into it.</summary>
    public string PrepareOutputFolder()
    {
        if (OutputFolder is null)
            return Directory.CreateTempSubdirectory("BayesianNested-").FullName;
        try
        {
            string folder = Directory.CreateDirectory(OutputFolder).FullName;
            string probe = Path.Combine(folder, Path.GetRandomFileName());
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SampleInputException($"Cannot write to the output folder '{OutputFolder}': {e.Message}", e);
        }
    }
}
