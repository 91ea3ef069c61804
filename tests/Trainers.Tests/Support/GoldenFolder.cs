namespace MLExtensions.Trainers.Tests;

/// <summary>The golden data of torchvision's nets, in shared/data/torchvision beside the checkout or in MLEXTENSIONS_DATA.</summary>
internal static class GoldenFolder
{
    /// <summary>The folder of a case; the test is skipped where the data are absent.</summary>
    public static string Case(string name)
    {
        string? data = Environment.GetEnvironmentVariable("MLEXTENSIONS_DATA");
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); data is null && folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "data") is var candidate && Directory.Exists(candidate))
                data = candidate;
        string path = Path.Combine(data ?? "", "torchvision", name);
        if (!Directory.Exists(path))
            Assert.Skip($"The golden data of torchvision's nets are not here: no folder shared/data/torchvision/{name} above {AppContext.BaseDirectory}.");
        return path;
    }
}
