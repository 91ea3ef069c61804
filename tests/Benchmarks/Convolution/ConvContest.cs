using System.Diagnostics;
using System.Globalization;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>Runs rivals in turn, each in a process of its own, so that none inherits the memory of another; prints medians and ratios to the first.</summary>
internal static class ConvContest
{
    /// <summary>Runs the rivals in turn and prints a table.</summary>
    /// <param name="benchmark">Name of the benchmark, which the children run with --worker.</param>
    /// <param name="nets">The nets.</param>
    /// <param name="rivals">Names of the rivals; the first is what the others are compared with.</param>
    /// <param name="args">Arguments that children get too.</param>
    public static void Run(string benchmark, string[] nets, string[] rivals, string[] args)
    {
        int repeats = Measure.Number(args, "--repeats", 3);
        Console.WriteLine("| net | rival | images/s, median (range) | ratio to the first, of each round, median (range) | peak resident MiB, median | share of the first |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (string net in nets)
        {
            var speeds = rivals.ToDictionary(rival => rival, _ => new List<double>());
            var peaks = rivals.ToDictionary(rival => rival, _ => new List<double>());
            for (int repeat = 0; repeat < repeats; repeat++)
                foreach (string rival in rivals)
                {
                    string[] numbers = Child([benchmark, "--worker", rival, "--net", net, .. args.Skip(1)]).Split(' ');
                    speeds[rival].Add(double.Parse(numbers[0], CultureInfo.InvariantCulture));
                    peaks[rival].Add(double.Parse(numbers[1], CultureInfo.InvariantCulture));
                }

            foreach (string rival in rivals)
            {
                double[] ratios = [.. speeds[rival].Zip(speeds[rivals[0]], (ours, bare) => ours / bare)];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {net} | {rival} | {Measure.Median(speeds[rival]):f0} ({speeds[rival].Min():f0}-{speeds[rival].Max():f0}) | {Measure.Median(ratios):f2} ({ratios.Min():f2}-{ratios.Max():f2}) "
                    + $"| {Measure.Median(peaks[rival]):f0} | {Measure.Median(peaks[rival]) / Measure.Median(peaks[rivals[0]]):f2} |"));
            }
        }
    }

    /// <summary>What a worker says of itself: images per second, from the median time of its steps, and the most memory that it ever held.</summary>
    public static void Report(int batch, List<double> seconds) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{batch / Measure.Median(seconds)} {PeakMebibytes()}"));

    private static double PeakMebibytes()
    {
        if (!OperatingSystem.IsLinux())
            return Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private static string Child(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
