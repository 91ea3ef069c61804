using System.Diagnostics;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Robustness;

/// <summary>
/// PGD with 20 steps on 10,000 MNIST rows, MLP 784-256-128-10, batches of 500: seconds and memory, over several passes. Once with an epsilon at which most rows fall on the
/// way and leave the work, once with one at which none does, which is the worst case. Options: --passes 3, --threads 2.
/// </summary>
internal static class PgdSpeedBenchmark
{
    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        string folder = Path.Combine(DataFolder.Find(args), "mnist");
        int passes = Measure.Number(args, "--passes", 3);
        int threadCount = Measure.Number(args, "--threads", Environment.ProcessorCount);
        using IDisposable threads = TorchThreads.Use(threadCount);
        using IDisposable allocator = Allocator.KeepMemory();
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Fit(folder);
        (float[] pixels, float[] labels) = IdxFiles.Read(folder, "t10k");
        using var test = new MemoryFeed(RowTable.Of(pixels, labels), null, classIndices: true, weighted: false, CPU);
        using var space = AttackSpace.Unit(784, CPU);
        Console.WriteLine($"threads {threadCount}, {Environment.ProcessorCount} cores");
        Console.WriteLine("| epsilon | pass | seconds | clean accuracy | accuracy under PGD-20 | resident, MB | live tensors |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (double epsilon in new[] { 0.1, 1e-6 })
            for (int pass = 1; pass <= passes; pass++)
            {
                long start = Stopwatch.GetTimestamp();
                using var tally = new RobustnessTally(net, NetTask.Multiclass, space, [Attack.Pgd()], [epsilon], seed: 1, static () => { });
                test.BeginEpoch(null, 0);
                while (true)
                {
                    using DisposeScope batchScope = NewDisposeScope();
                    if (test.Next(500) is not { } batch)
                        break;
                    tally.Add(batch.Features, batch.Targets);
                }

                RobustnessMetrics metrics = tally.Metrics([], 0, null);
                Console.WriteLine(FormattableString.Invariant(
                    $"| {epsilon} | {pass} | {Stopwatch.GetElapsedTime(start).TotalSeconds:f2} | {metrics.CleanAccuracy:f4} | {metrics.Results[0].Accuracy:f4} | {Measure.ResidentMegabytes():f0} | {DisposeScopeManager.Statistics.ThreadTotalLiveCount} |"));
            }
    }

    private static Net Fit(string folder)
    {
        (float[] pixels, float[] labels) = IdxFiles.Read(folder, "train");
        Net net = Net.Create(Architecture.Mlp([256, 128]), 784, 10, CPU);
        net.Initialize(seed: 1);
        using var loss = new CrossEntropyLoss(10, 0, CPU);
        using var training = new MemoryFeed(RowTable.Of(pixels.AsSpan(0, 10_000 * 784), labels.AsSpan(0, 10_000)), null, classIndices: true, weighted: false, CPU);
        new TrainingLoop(net, loss, training, null, new LoopSettings
        {
            Epochs = 5,
            BatchSize = 100,
            Optimizer = Optimizer.Adam(),
            LearningRate = 2e-3,
            Schedule = LearningRateSchedule.Cosine(),
            Seed = 1,
            Threads = 1,
        }).Run();
        return net;
    }
}
