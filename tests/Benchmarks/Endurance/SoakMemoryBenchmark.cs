using MLExtensions.Benchmarks.Scoring;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Endurance;

/// <summary>
/// Resident memory over many training steps: MLP 784-256-128-10, batch 128, 60,000 rows, validation after every epoch;
/// --normalization Batch for one with batch norm.
/// </summary>
internal static class SoakMemoryBenchmark
{
    private const int Inputs = 784;
    private const int Outputs = 10;
    private const int Batch = 128;
    private const int Rows = 60_000;
    private const double Limit = 50;

    public static void Run(string[] args)
    {
        int steps = Measure.Number(args, "--steps", 100_000);
        var normalization = Enum.Parse<Normalization>(Options.Get(args, "--normalization", nameof(Normalization.None)));
        NativeTorch.EnsureLoaded();
        using IDisposable threads = TorchThreads.Use(1);
        using IDisposable memory = Allocator.KeepMemory();
        using Net net = Net.Create(Architecture.Mlp([256, 128], normalization: normalization), Inputs, Outputs, CPU);
        net.Initialize(1);
        using var loss = new CrossEntropyLoss(Outputs, 0, CPU);
        using MemoryFeed training = Feed(Rows), validation = Feed(Rows / 10);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true); // what the feeds were made from
        int done = 0;
        double first = 0, largest = 0;
        Console.WriteLine("| steps | resident MB | managed heap: committed MB | live MB | collections so far (generation 0, 1, 2) |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        new TrainingLoop(net, loss, training, validation, new LoopSettings
        {
            Epochs = (int)Math.Ceiling((double)steps * Batch / Rows),
            BatchSize = Batch,
            Optimizer = Optimizer.Adam(),
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Constant(),
            Seed = 1,
            Threads = 1,
            CheckAlive = AfterStep,
        }).Run();
        Console.WriteLine(FormattableString.Invariant(
            $"\nLargest after the first 1,000 steps: {largest:f0} MB, {largest - first:+0;-0} MB; allowed {Limit:+0} MB. Steps: {done:n0}"));
        Environment.ExitCode = largest - first <= Limit ? 0 : 1;

        void AfterStep()
        {
            done++;
            if (done < 1000 || done % 100 != 0)
                return;
            double now = Measure.ResidentMegabytes();
            if (done == 1000)
                first = now;
            largest = Math.Max(largest, now);
            if (done == 1000 || done % 10_000 == 0 || done == steps)
                Report(now);
        }

        void Report(double now)
        {
            GCMemoryInfo managed = GC.GetGCMemoryInfo();
            string collections = string.Join(", ", Enumerable.Range(0, 3).Select(GC.CollectionCount));
            Console.WriteLine(FormattableString.Invariant(
                $"| {done:n0} | {now:f0} | {managed.TotalCommittedBytes / 1e6:f0} | {managed.HeapSizeBytes / 1e6:f1} | {collections} |"));
        }
    }

    private static MemoryFeed Feed(int rows)
    {
        float[] labels = [.. Enumerable.Range(0, rows).Select(row => (float)(row % Outputs))];
        return new MemoryFeed(RowTable.Of(RandomNetwork.Rows(rows, Inputs), labels), null, true, false, CPU);
    }
}
