using System.Diagnostics;
using System.Globalization;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Training;

/// <summary>Seconds per epoch of our loop against a plain TorchSharp loop: MLP 784-256-128-10, Fashion-MNIST, batch 128, Adam, tensors in memory.</summary>
internal static class TrainingLoopBenchmark
{
    private const int Batch = 128;
    private const string BareLoop = "bare TorchSharp";

    private static readonly (string Name, Normalization Normalization, Regularizer[] Regularizers, bool Telemetry)[] Variants =
    [
        ("MLExtensions", Normalization.None, [], false),
        ("MLExtensions, WEISSI", Normalization.None, [Regularizer.ScaleShiftInvariant()], false),
        ("MLExtensions, batch norm", Normalization.Batch, [], false),
        ("MLExtensions, batch norm, telemetry", Normalization.Batch, [], true),
        ("MLExtensions, batch norm, WRS", Normalization.Batch, [Regularizer.WeightRescaling()], false),
        ("MLExtensions, batch norm, WRS and WEISSI", Normalization.Batch, [Regularizer.WeightRescaling(), Regularizer.ScaleShiftInvariant()], false),
    ];

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        (float[] pixels, float[] labels) = IdxFiles.Read(Path.Combine(DataFolder.Find(args), "fashion-mnist"), "train");
        int repeats = int.Parse(Options.Get(args, "--repeats", "5"), CultureInfo.InvariantCulture);
        var rows = new List<(string Loop, int Threads, Func<double> Epoch, List<double> Seconds)>();
        foreach (int threads in Enumerable.Range(1, Environment.ProcessorCount))
        {
            rows.Add((BareLoop, threads, () => Bare(pixels, labels, threads), []));
            foreach ((string name, Normalization normalization, Regularizer[] regularizers, bool telemetry) in Variants)
                rows.Add((name, threads, () => Ours(pixels, labels, threads, normalization, regularizers, telemetry), []));
        }

        for (int repeat = 0; repeat <= repeats; repeat++)
            foreach ((_, _, Func<double> epoch, List<double> seconds) in rows)
            {
                double time = epoch();
                if (repeat > 0) // the first round warms up
                    seconds.Add(time);
            }

        double best = rows.Where(row => row.Loop == BareLoop).Min(row => Median(row.Seconds));
        Console.WriteLine("| loop | threads | s/epoch, median (range) | ratio to the bare loop at its best |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach ((string loop, int threads, _, List<double> seconds) in rows)
            Console.WriteLine(FormattableString.Invariant(
                $"| {loop} | {threads} | {Median(seconds):f3} ({seconds.Min():f3}-{seconds.Max():f3}) | {Median(seconds) / best:f2} |"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Ours(float[] pixels, float[] labels, int threads, Normalization normalization, Regularizer[] regularizers, bool telemetry)
    {
        using IDisposable threadScope = TorchThreads.Use(threads);
        using IDisposable allocatorScope = Allocator.KeepMemory();
        using Net net = Net.Create(Architecture.Mlp([256, 128], normalization: normalization), 784, 10, CPU);
        net.Initialize(1);
        using var loss = new CrossEntropyLoss(10, 0, CPU);
        using var feed = new MemoryFeed(RowTable.Of(pixels, labels), null, true, false, CPU);
        return new TrainingLoop(net, loss, feed, null, new LoopSettings
        {
            Epochs = 1,
            BatchSize = Batch,
            Optimizer = Optimizer.Adam(),
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Constant(),
            Seed = 1,
            Threads = threads,
            Regularizers = regularizers,
            Telemetry = telemetry,
        }).Run().Epochs[0].Seconds;
    }

    private static double Bare(float[] pixels, float[] labels, int threads)
    {
        set_num_threads(threads);
        using DisposeScope outer = NewDisposeScope();
        Tensor x = HostTensor.Create<float>(pixels, CPU).reshape(-1, 784);
        Tensor y = HostTensor.Create<long>(Array.ConvertAll(labels, label => (long)label), CPU);
        using var model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10));
        using optim.Optimizer adam = optim.Adam(model.parameters(), 1e-3);
        using var crossEntropy = nn.CrossEntropyLoss();
        long start = Stopwatch.GetTimestamp();
        long count = x.shape[0];
        using Tensor order = randperm(count, device: CPU);
        double sum = 0;
        for (long i = 0; i < count; i += Batch)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor index = order[TensorIndex.Slice(i, Math.Min(count, i + Batch))];
            Tensor batchLoss = crossEntropy.forward(model.forward(x.index_select(0, index)), y.index_select(0, index));
            adam.zero_grad();
            batchLoss.backward();
            adam.step();
            sum += batchLoss.item<float>();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
