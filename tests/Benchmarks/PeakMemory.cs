using System.Globalization;

namespace MLExtensions.Benchmarks;

/// <summary>The most resident memory that a piece of work adds (Linux; elsewhere NaN).</summary>
internal static class PeakMemory
{
    public static double MebibytesOf(Action work)
    {
        if (!OperatingSystem.IsLinux())
        {
            work();
            return double.NaN;
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5"); // forgets the peak so far
        double before = Kibibytes("VmRSS:");
        work();
        return (Kibibytes("VmHWM:") - before) / 1024;
    }

    private static double Kibibytes(string name) => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
