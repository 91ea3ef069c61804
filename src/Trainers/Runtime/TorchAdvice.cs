using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace MLExtensions.Trainers.Runtime;

/// <summary>Writes the message of a <see cref="TorchNotAvailableException"/>: what failed, what was found, what to install.</summary>
internal static partial class TorchAdvice
{
    private const string Version = "0.107.0";

    private static readonly string[] Libraries = ["libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so", "libLibTorchSharp.so"];

    /// <summary>The message for a failure that the loader or TorchSharp described as <paramref name="fault"/>.</summary>
    public static string Compose(string fault, IReadOnlyList<string> folders)
    {
        var text = new StringBuilder("Torch's native library does not load: ").Append(fault.TrimEnd('.', '\n')).Append(". ");
        string[] found = [.. folders.SelectMany(folder => Libraries.Select(library => Path.Combine(folder, library))).Where(File.Exists).Distinct()];
        if (folders.Count > 0)
            text.Append(found.Length > 0 ? $"Found: {string.Join(", ", found)}. " : $"No libtorch in {string.Join(", ", folders.Distinct())}. ");
        text.Append($"Add one of these packages to the application: TorchSharp-cpu (any system), TorchSharp-cuda-windows or TorchSharp-cuda-linux (NVIDIA), ")
            .Append($"each in version {Version}, with RuntimeIdentifier {Platform()}.");
        if (fault.Contains("GLIBCXX", StringComparison.Ordinal))
            text.Append($" TorchSharp {Version} needs a libstdc++ with GLIBCXX_3.4.30 (GCC 12) or newer; here is {NewestStandardLibrary()}.");
        if (fault.Contains("undefined symbol", StringComparison.Ordinal))
            text.Append($" The libtorch found is of another version than TorchSharp {Version} was built for (2.10.0): remove the other one.");
        return text.ToString();
    }

    private static string Platform() =>
        OperatingSystem.IsWindows() ? "win-x64 or win-arm64"
        : OperatingSystem.IsMacOS() ? "osx-arm64"
        : OperatingSystem.IsLinux() ? "linux-x64"
        : RuntimeInformation.RuntimeIdentifier;

    /// <summary>The newest interface version of the C++ library that this process uses.</summary>
    internal static string NewestStandardLibrary()
    {
        try
        {
            string? path = File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/') is >= 0 and var start ? line[start..] : "")
                .FirstOrDefault(file => file.Contains("libstdc++.so", StringComparison.Ordinal));
            if (path is null)
                return "none";
            string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
            int newest = StandardLibraryVersion().Matches(text).Max(match => (int?)int.Parse(match.Groups[1].Value)) ?? 0;
            return $"GLIBCXX_3.4.{newest} ({path})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "one that cannot be read";
        }
    }

    [GeneratedRegex(@"GLIBCXX_3\.4\.(\d{1,3})\0")]
    private static partial Regex StandardLibraryVersion();
}
