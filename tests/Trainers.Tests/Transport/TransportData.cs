using MLExtensions.Samples.Shared.Npy;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>Golden data of transport: the folder uot of the shared data sets.</summary>
internal static class TransportData
{
    /// <summary>The folder; the test is skipped when there is none.</summary>
    public static string Folder
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, "shared", "data", "uot") is var candidate && Directory.Exists(candidate))
                    return candidate;
            Assert.Skip("The folder shared/data/uot with golden values is not beside the repository.");
            return "";
        }
    }

    public static NpyMatrix Matrix(params string[] path) => NpyReader.Read(Path.Combine([Folder, .. path]));
}
