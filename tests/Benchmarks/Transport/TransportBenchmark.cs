using System.Diagnostics;
using MLExtensions.Trainers.Runtime;
using TorchSharp;

namespace MLExtensions.Benchmarks.Transport;

/// <summary>Our transport solver against the plain algorithm in torch, cost matrix included: seconds, objective, memory. Runs are interleaved.</summary>
internal static class TransportBenchmark
{
    private const int Width = 64;
    private const double Epsilon = 0.1;
    private const double Rho = 1;

    public static void Run(string[] args)
    {
        int repeats = Measure.Number(args, "--repeats", 3);
        bool plain = Options.Get(args, "--plain", "yes") == "yes";
        Console.WriteLine("| problem | solver | seconds, median (range) | CPU seconds, median | times faster than plain float64 | than plain float32 | iterations | objective | extra memory, MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        Points(10_000, 5_000, repeats, plain);
        Points(50_000, 1_000, repeats, plain);
    }

    private static void Points(int n, int m, int repeats, bool plain)
    {
        float[] x = SplitMixPoints.Draw(1, n, Width, 0), y = SplitMixPoints.Draw(2, m, Width, 0.25);
        var contest = new List<Contestant>
        {
            new("ours, automatic", () => Ours(x, y, new TransportOptions())),
            new("ours, kernel", () => Ours(x, y, new TransportOptions { Storage = TransportStorage.Kernel })),
            new("ours, tiles", () => Ours(x, y, new TransportOptions { Storage = TransportStorage.Tiles })),
        };
        Ours(x[..(64 * Width)], y[..(64 * Width)], new TransportOptions { Precision = TransportPrecision.Single }); // compiles
        foreach (Contestant contestant in contest)
            contestant.Memory = PeakMemory.MebibytesOf(() => contestant.Solve());
        if (plain)
        {
            NativeTorch.EnsureLoaded();
            contest.Add(new("plain float64", () => Plain(x, y, torch.float64)));
            contest.Add(new("plain float32", () => Plain(x, y, torch.float32)));
        }

        using IDisposable threads = plain ? TorchThreads.Use(Environment.ProcessorCount) : new MemoryStream();
        for (int repeat = 0; repeat < repeats; repeat++)
            foreach (Contestant contestant in contest)
                contestant.Time();
        double double64 = contest.FirstOrDefault(c => c.Name == "plain float64")?.Median ?? double.NaN;
        double single32 = contest.FirstOrDefault(c => c.Name == "plain float32")?.Median ?? double.NaN;
        foreach (Contestant c in contest)
            Console.WriteLine(FormattableString.Invariant(
                $"| {n} x {m} x {Width} | {c.Name} | {c.Median:f3} ({c.Seconds.Min():f3}-{c.Seconds.Max():f3}) | {Measure.Median(c.CpuSeconds):f3} | {double64 / c.Median:f1} | {single32 / c.Median:f1} | {c.Iterations} | {c.Objective:f10} | {c.Memory:f0} |"));
    }

    private static (double, int) Ours(float[] x, float[] y, TransportOptions options)
    {
        TransportResult result = UnbalancedTransport.Solve(
            new TransportProblem
            {
                Geometry = TransportGeometry.SquaredEuclidean(TransportPoints.From(x, Width), TransportPoints.From(y, Width), 1.0 / Width),
                Epsilon = Epsilon,
                RhoSource = Rho,
                RhoTarget = Rho,
            },
            options);
        return (result.Objective, result.Iterations);
    }

    private static (double, int) Plain(float[] x, float[] y, torch.ScalarType type)
    {
        var (objective, iterations, _) = PlainTransport.SquaredEuclidean(x, y, Width, Epsilon, Rho, type);
        return (objective, iterations);
    }

    private sealed record Contestant(string Name, Func<(double Objective, int Iterations)> Solve)
    {
        public List<double> Seconds { get; } = [];

        public List<double> CpuSeconds { get; } = [];

        public double Median => Measure.Median(Seconds);

        public double Objective { get; private set; }

        public int Iterations { get; private set; }

        public double Memory { get; set; } = double.NaN;

        public void Time()
        {
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            (Objective, Iterations) = Solve();
            Seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            CpuSeconds.Add((Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        }
    }
}
