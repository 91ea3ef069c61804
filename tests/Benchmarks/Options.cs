namespace MLExtensions.Benchmarks;

/// <summary>Options of the form --name value.</summary>
internal static class Options
{
    /// <summary>The value of an option, or a default.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(fallback))]
    public static string? Get(string[] args, string name, string? fallback)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
    }
}
