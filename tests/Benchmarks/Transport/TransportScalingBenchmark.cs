using System.Diagnostics;

namespace MLExtensions.Benchmarks.Transport;

/// <summary>
/// Time of a transport solve against the number of rows and against epsilon, with growth exponents, and one problem too large for any kernel. Processor seconds are shown
/// too: they do not depend on what else the machine does.
/// </summary>
internal static class TransportScalingBenchmark
{
    private const int Width = 64;
    private const int Columns = 1_000;
    private const double Rho = 1;

    public static void Run(string[] args)
    {
        int repeats = Measure.Number(args, "--repeats", 3);
        string part = Options.Get(args, "--part", "all");
        if (part is "all" or "rows")
            Rows(repeats);
        if (part is "all" or "epsilon")
            Epsilons(repeats);
        if (part is "all" or "iterations")
            Iterations();
        if (part is "all" or "large")
            Large(Measure.Number(args, "--rows", 100_000), Measure.Number(args, "--columns", 20_000));
    }

    private static void Rows(int repeats)
    {
        Console.WriteLine(Header);
        var points = new List<(double Size, double Seconds)>();
        foreach (int rows in (int[])[1_000, 3_000, 10_000, 30_000, 100_000])
            points.Add((rows, Row(rows, Columns, 0.1, new TransportOptions { Precision = TransportPrecision.Single }, repeats).Cpu));
        Console.WriteLine(FormattableString.Invariant($"Processor time grows with rows to the power of {Slope(points):f2} (from 3,000 rows {Slope(points[1..]):f2})."));
    }

    private static void Epsilons(int repeats)
    {
        Console.WriteLine(Header);
        var points = new List<(double Size, double Iterations)>();
        foreach (double epsilon in (double[])[1, 0.3, 0.1, 0.05, 0.02, 0.01, 0.005])
            points.Add((epsilon, Row(10_000, Columns, epsilon, new TransportOptions { Precision = TransportPrecision.Single }, repeats).Iterations));
        Console.WriteLine(FormattableString.Invariant($"Iterations grow with epsilon to the power of {Slope(points):f2} (from 0.1 down {Slope(points[2..]):f2})."));
    }

    /// <summary>Iterations with and without what accelerates them.</summary>
    private static void Iterations()
    {
        Console.WriteLine("| epsilon, rho | plain | translation | translation and Anderson |");
        Console.WriteLine("| --- | --- | --- | --- |");
        TransportGeometry geometry = TransportGeometry.SquaredEuclidean(
            TransportPoints.From(SplitMixPoints.Draw(1, 1_000, Width, 0), Width), TransportPoints.From(SplitMixPoints.Draw(2, 500, Width, 0.25), Width), 1.0 / Width);
        foreach ((double epsilon, double rhoSource, double rhoTarget) in ((double, double, double)[])
            [(1, 1, 1), (0.1, 1, 1), (0.1, 1, 100), (0.1, 100, 100), (0.05, 1, 1), (0.02, 1, 1), (0.02, 10, 100), (0.01, 1, 1), (0.005, 1, 1), (0.001, 1, 1)])
        {
            var problem = new TransportProblem { Geometry = geometry, Epsilon = epsilon, RhoSource = rhoSource, RhoTarget = rhoTarget };
            string Count(bool translation, int memory)
            {
                TransportResult result = UnbalancedTransport.Solve(problem, new TransportOptions { TranslationStep = translation, AndersonMemory = memory, MaxIterations = 10_000 });
                return $"{(result.Converged ? "" : "> ")}{result.Iterations}";
            }

            Console.WriteLine(FormattableString.Invariant($"| {epsilon}, {rhoSource} and {rhoTarget} | {Count(false, 0)} | {Count(true, 0)} | {Count(true, 6)} |"));
        }
    }

    private static void Large(int rows, int columns)
    {
        Console.WriteLine(Header);
        Row(rows, columns, 0.1, new TransportOptions(), 1);
    }

    private static string Header =>
        "| rows x columns x width | epsilon | seconds, median | CPU seconds, median | iterations | stop | objective | gap | kernel | extra memory, MiB |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

    private static (double Cpu, int Iterations) Row(int rows, int columns, double epsilon, TransportOptions options, int repeats)
    {
        float[] x = SplitMixPoints.Draw(1, rows, Width, 0), y = SplitMixPoints.Draw(2, columns, Width, 0.25);
        var problem = new TransportProblem
        {
            Geometry = TransportGeometry.SquaredEuclidean(TransportPoints.From(x, Width), TransportPoints.From(y, Width), 1.0 / Width),
            Epsilon = epsilon,
            RhoSource = Rho,
            RhoTarget = Rho,
        };
        TransportResult result = null!;
        List<double> seconds = [], cpu = [];
        double memory = 0;
        for (int repeat = repeats > 1 ? -1 : 0; repeat < repeats; repeat++) // the first warms up
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            memory = PeakMemory.MebibytesOf(() => result = UnbalancedTransport.Solve(problem, options));
            if (repeat < 0)
                continue;
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            cpu.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        Console.WriteLine(FormattableString.Invariant(
            $"| {rows} x {columns} x {Width} | {epsilon} | {Measure.Median(seconds):f3} | {Measure.Median(cpu):f3} | {result.Iterations} | {result.StopReason} | {result.Objective:f8} | {result.DualityGap:e1} | {result.Method.Storage}, {result.Method.Precision}{(result.Method.LogDomain ? ", log domain first" : "")} | {memory:f0} |"));
        return (Measure.Median(cpu), result.Iterations);
    }

    /// <summary>The slope of a line through log-log points, by least squares.</summary>
    private static double Slope(List<(double X, double Y)> points)
    {
        double x = points.Average(p => Math.Log(p.X)), y = points.Average(p => Math.Log(p.Y));
        return points.Sum(p => (Math.Log(p.X) - x) * (Math.Log(p.Y) - y)) / points.Sum(p => Math.Pow(Math.Log(p.X) - x, 2));
    }
}
