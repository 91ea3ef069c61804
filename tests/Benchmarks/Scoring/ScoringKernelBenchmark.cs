namespace MLExtensions.Benchmarks.Scoring;

/// <summary>Rows per second of the managed forward pass against torch's, each on one thread: the best of several interleaved repetitions.</summary>
internal static class ScoringKernelBenchmark
{
    public static void Run(string[] args)
    {
        Console.WriteLine("| net | rows/call | managed us/call | managed rows/s | torch rows/s | managed/torch |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        (string, int, int[], int)[] nets = [("20-64-32-3", 20, [64, 32], 3), ("128-512-256-10", 128, [512, 256], 10), ("784-256-128-10", 784, [256, 128], 10)];
        foreach ((string name, int inputs, int[] widths, int outputs) in nets)
        {
            using var contest = new ScoringContest(inputs, widths, outputs);
            foreach (int rows in (int[])[1, 4, 32, 256, 1024])
            {
                (double managed, double torch) = contest.Run(rows);
                Console.WriteLine(FormattableString.Invariant(
                    $"| {name} | {rows} | {managed * 1e6:f2} | {rows / managed:n0} | {rows / torch:n0} | {torch / managed:f2} |"));
            }
        }
    }
}
