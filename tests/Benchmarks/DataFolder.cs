namespace MLExtensions.Benchmarks;

/// <summary>Finds the folder of real data sets: --data FOLDER, the variable MLEXTENSIONS_DATA, or shared/data beside the checkout.</summary>
internal static class DataFolder
{
    /// <summary>The folder; exits with a message when there is none.</summary>
    public static string Find(string[] args)
    {
        int option = Array.IndexOf(args, "--data");
        if (option >= 0 && option + 1 < args.Length)
            return args[option + 1];
        if (Environment.GetEnvironmentVariable("MLEXTENSIONS_DATA") is { Length: > 0 } variable)
            return variable;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "data") is var candidate && Directory.Exists(candidate))
                return candidate;
        Console.Error.WriteLine("No data sets found. Give their folder with --data FOLDER or in the variable MLEXTENSIONS_DATA.");
        Environment.Exit(2);
        return "";
    }
}
