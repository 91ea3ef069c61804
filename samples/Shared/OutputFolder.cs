namespace MLExtensions.Samples.Shared;

/// <summary>Where a sample writes its files.</summary>
public static class OutputFolder
{
    /// <summary>Makes the folder and tries to write into it, before any work is done.</summary>
    /// <param name="folder">What the user gave; null for a new temporary folder.</param>
    /// <param name="sample">The sample's name, for a temporary folder.</param>
    /// <returns>The folder's full path.</returns>
    public static string Prepare(string? folder, string sample)
    {
        if (folder is null)
            return Directory.CreateTempSubdirectory(sample + "-").FullName;
        try
        {
            string path = Directory.CreateDirectory(folder).FullName;
            string probe = Path.Combine(path, Path.GetRandomFileName());
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SampleInputException($"Cannot write to the output folder '{folder}': {e.Message}", e);
        }
    }
}
