using MLExtensions.Benchmarks.ScoringKernel;

// Rows per second of the managed forward against torch's, each on one thread: the best of several interleaved repetitions.
Console.WriteLine($"{"net",-20} {"rows/call",9} {"managed us/call",16} {"managed rows/s",15} {"torch rows/s",13} {"managed/torch",14}");
(string, int, int[], int)[] nets = [("20-64-32-3", 20, [64, 32], 3), ("128-512-256-10", 128, [512, 256], 10), ("784-256-128-10", 784, [256, 128], 10)];
foreach ((string name, int inputs, int[] widths, int outputs) in nets)
{
    using var contest = new Contest(inputs, widths, outputs);
    foreach (int rows in (int[])[1, 4, 32, 256, 1024])
    {
        (double managed, double torch) = contest.Run(rows);
        Console.WriteLine($"{name,-20} {rows,9} {managed * 1e6,16:f2} {rows / managed,15:n0} {rows / torch,13:n0} {torch / managed,14:f2}");
    }
}
