using System.Globalization;

namespace MLExtensions.Benchmarks;

/// <summary>Small measuring tools.</summary>
internal static class Measure
{
    public static double Median(IEnumerable<double> values) => Quantile([.. values], 0.5);

    public static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    /// <summary>Resident memory in MB; on Linux the kernel's own number.</summary>
    public static double ResidentMegabytes()
    {
        if (!OperatingSystem.IsLinux())
            return Environment.WorkingSet / 1e6;
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    /// <summary>Whether libtorch is in this process.</summary>
    public static bool TorchIsLoaded() => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/self/maps").Any(line => line.Contains("torch_cpu", StringComparison.Ordinal))
        : System.Diagnostics.Process.GetCurrentProcess().Modules.Cast<System.Diagnostics.ProcessModule>()
            .Any(module => module.ModuleName.Contains("torch_cpu", StringComparison.Ordinal));

    /// <summary>The number that an option gives.</summary>
    public static int Number(string[] args, string name, int fallback) =>
        int.Parse(Options.Get(args, name, fallback.ToString(CultureInfo.InvariantCulture)), NumberStyles.Integer, CultureInfo.InvariantCulture);
}
