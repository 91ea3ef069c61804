using System.Diagnostics;
using MLExtensions.Benchmarks.Scoring;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Endurance;

/// <summary>
/// Many training steps while a thread forces garbage collections: no step may fail, and the weights must be those of fits that nothing disturbed, bit for bit.
/// </summary>
internal static class SoakStepsBenchmark
{
    private const int Inputs = 20;
    private const int Outputs = 3;
    private const int Batch = 32;
    private const int Rows = 100 * Batch;
    private const int StepsPerFit = 50_000;

    public static void Run(string[] args)
    {
        int steps = Measure.Number(args, "--steps", 1_000_000);
        NativeTorch.EnsureLoaded();
        using IDisposable threads = TorchThreads.Use(1);
        int failures = 0;
        Console.WriteLine("| net | fits | steps | collections forced (generation 0, 2) | exceptions | fits with other bits |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (Normalization normalization in new[] { Normalization.None, Normalization.Batch })
        {
            int fits = Math.Max(1, steps / 2 / StepsPerFit);
            int epochs = Math.Max(1, steps / 2 / fits * Batch / Rows);
            int exceptions = 0, different = 0;
            (long young, long full) = (0, 0);
            for (int fit = 0; fit < fits; fit++)
            {
                float[] undisturbed = Fit(normalization, fit, epochs);
                using var collector = new Collector();
                try
                {
                    if (!Fit(normalization, fit, epochs).AsSpan().SequenceEqual(undisturbed))
                        different++;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    exceptions++;
                    Console.Error.WriteLine(e);
                }

                collector.Dispose();
                (young, full) = (young + collector.Young, full + collector.Full);
            }

            failures += exceptions + different;
            string net = $"{Inputs}-64-32-{Outputs}, normalization {normalization}";
            Console.WriteLine(FormattableString.Invariant(
                $"| {net} | {fits} | {(long)fits * epochs * Rows / Batch:n0} | {young:n0}, {full:n0} | {exceptions} | {different} |"));
        }

        Console.WriteLine($"\nFailures: {failures}");
        Environment.ExitCode = failures == 0 ? 0 : 1;
    }

    private static float[] Fit(Normalization normalization, int seed, int epochs)
    {
        using Net net = Net.Create(Architecture.Mlp([64, 32], normalization: normalization, dropout: 0.1), Inputs, Outputs, CPU);
        net.Initialize(seed);
        using var loss = new CrossEntropyLoss(Outputs, 0.05, CPU);
        float[] labels = [.. Enumerable.Range(0, Rows).Select(row => (float)(row % Outputs))];
        using var feed = new MemoryFeed(RowTable.Of(RandomNetwork.Rows(Rows, Inputs), labels), null, true, false, CPU);
        TrainingOutcome outcome = new TrainingLoop(net, loss, feed, null, new LoopSettings
        {
            Epochs = epochs,
            BatchSize = Batch,
            Optimizer = Optimizer.Adam(),
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Cosine(),
            Seed = seed,
            Threads = 1,
            Regularizers = [Regularizer.WeightDecay(1e-3, decoupled: true)],
            GradientClipping = 1,
        }).Run();
        return [.. outcome.Parameters, .. outcome.Buffers];
    }

    /// <summary>Collects every 100 us or so until it is disposed; each hundredth time everything, finalizers included.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _stop;

        public Collector()
        {
            _thread = new Thread(Collect) { IsBackground = true };
            _thread.Start();
        }

        public long Young { get; private set; }

        public long Full { get; private set; }

        public void Dispose()
        {
            _stop = true;
            _thread.Join();
        }

        private void Collect()
        {
            while (!_stop)
            {
                long next = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10_000;
                while (Stopwatch.GetTimestamp() < next)
                    Thread.SpinWait(20);
                if ((Young + Full + 1) % 100 != 0)
                {
                    GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                    Young++;
                    continue;
                }

                GC.Collect(2, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
                Full++;
            }
        }
    }
}
