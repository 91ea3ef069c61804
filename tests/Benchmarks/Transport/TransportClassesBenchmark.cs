using System.Diagnostics;
using System.Runtime.InteropServices;
using MLExtensions.Trainers.Runtime;
using TorchSharp;

namespace MLExtensions.Benchmarks.Transport;

/// <summary>The class problem, 1,000 source and 397 target classes of 512 features at the official settings: milliseconds when warm, cost matrix included.</summary>
internal static class TransportClassesBenchmark
{
    private const int Width = 512;

    public static void Run(string[] args)
    {
        int repeats = Measure.Number(args, "--repeats", 100);
        string folder = Path.Combine(DataFolder.Find(args), "uot", "supervised");
        float[] x = Means(Path.Combine(folder, "ImageNet_class_mean.npy"), 1000), y = Means(Path.Combine(folder, "SUN_class_mean.npy"), 397);
        ClassMeans source = ClassMeans.FromMeans(Array.ConvertAll(x, v => (double)v), Width), target = ClassMeans.FromMeans(Array.ConvertAll(y, v => (double)v), Width);
        NativeTorch.EnsureLoaded();
        using IDisposable threads = TorchThreads.Use(Environment.ProcessorCount);
        var mixed = new ClassSelectionOptions { Transport = new TransportOptions { Precision = TransportPrecision.Mixed, Tolerance = 1e-9 } };
        (string Name, Func<(int[] Order, int Iterations)> Solve)[] contest =
        [
            ("ours", () => Ours(source, target, new ClassSelectionOptions())),
            ("ours, products in float32", () => Ours(source, target, mixed)),
            ("plain float64", () => Plain(x, y, torch.float64)),
            ("plain float32", () => Plain(x, y, torch.float32)),
        ];
        var milliseconds = contest.Select(_ => new List<double>()).ToArray();
        var cpu = contest.Select(_ => new List<double>()).ToArray();
        var results = new (int[] Order, int Iterations)[contest.Length];
        for (int repeat = -20; repeat < repeats; repeat++)
            for (int k = 0; k < contest.Length; k++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                results[k] = contest[k].Solve();
                if (repeat < 0)
                    continue;
                milliseconds[k].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                cpu[k].Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
            }

        Console.WriteLine("| solver | ms, median (quartiles) | CPU ms, mean | times faster than plain float64 | iterations | ranks of plain float64 |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        for (int k = 0; k < contest.Length; k++)
        {
            double[] times = [.. milliseconds[k]];
            int same = results[k].Order.Zip(results[2].Order, (a, b) => a == b ? 1 : 0).Sum();
            Console.WriteLine(FormattableString.Invariant(
                $"| {contest[k].Name} | {Measure.Median(times):f2} ({Measure.Quantile(times, 0.25):f2}-{Measure.Quantile(times, 0.75):f2}) | {cpu[k].Average():f2} | {Measure.Median(milliseconds[2]) / Measure.Median(times):f1} | {results[k].Iterations} | {same} of 1000 |"));
        }
    }

    private static (int[], int) Ours(ClassMeans source, ClassMeans target, ClassSelectionOptions options)
    {
        ClassRanking ranking = ClassSelection.Rank(source, target, options);
        return ([.. ranking.Order], ranking.Transport.Iterations);
    }

    private static (int[], int) Plain(float[] x, float[] y, torch.ScalarType type)
    {
        var (_, iterations, mass) = PlainTransport.Official(x, y, Width, type);
        return ([.. Enumerable.Range(0, mass.Length).OrderByDescending(k => mass[k]).ThenBy(k => k)], iterations);
    }

    /// <summary>The float32 values at the end of a .npy file.</summary>
    private static float[] Means(string path, int classes) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path).AsSpan()[^(classes * Width * sizeof(float))..]).ToArray();
}
