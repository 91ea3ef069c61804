using System.Diagnostics;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Regularization;

/// <summary>
/// Cost of a training step with regularisers against the same step without: MLP 784-256-128-10, batch 128. The variants take steps in turn, and the fast tenth of each is
/// compared, since other load only ever makes a step slower. Options: --steps 2000.
/// </summary>
internal static class StepCostBenchmark
{
    private static readonly (string Name, Normalization Normalization, bool Standardized, Optimizer Optimizer, Regularizer[] Regularizers)[] Variants =
    [
        ("Adam", Normalization.None, false, Optimizer.Adam(), []),
        ("Adam, WEISSI", Normalization.None, false, Optimizer.Adam(), [Regularizer.ScaleShiftInvariant()]),
        ("Adam, WEISSI with lambda2", Normalization.None, false, Optimizer.Adam(), [Regularizer.ScaleShiftInvariant(1e-3, 1e-5)]),
        ("Adam, weight decay", Normalization.None, false, Optimizer.Adam(), [Regularizer.WeightDecay()]),
        ("Adam, batch norm", Normalization.Batch, false, Optimizer.Adam(), []),
        ("Adam, batch norm, WRS", Normalization.Batch, false, Optimizer.Adam(), [Regularizer.WeightRescaling()]),
        ("Adam, batch norm, WRS and WEISSI", Normalization.Batch, false, Optimizer.Adam(), [Regularizer.WeightRescaling(), Regularizer.ScaleShiftInvariant()]),
        ("AdamP, batch norm", Normalization.Batch, false, Optimizer.AdamP(), []),
        ("Adam, batch norm, weight standardisation", Normalization.Batch, true, Optimizer.Adam(), []),
    ];

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        int steps = Measure.Number(args, "--steps", 2000);
        Console.WriteLine("| step | threads | us, fast tenth | ratio to the same net without |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (int threads in Enumerable.Range(1, Environment.ProcessorCount))
        {
            using IDisposable threadScope = TorchThreads.Use(threads);
            using IDisposable allocatorScope = Allocator.KeepMemory();
            using var noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Bench[] benches = [.. Variants.Select(variant => new Bench(
                Architecture.Mlp([256, 128], normalization: variant.Normalization, weightStandardization: variant.Standardized), variant.Optimizer, variant.Regularizers, threads))];
            for (int i = 0; i < steps; i++)
                foreach (Bench bench in benches)
                    bench.Step(measured: i >= steps / 10);
            double baseline = 0;
            for (int i = 0; i < benches.Length; i++)
            {
                double time = Measure.Quantile([.. benches[i].Microseconds], 0.1);
                if (Variants[i] is { Regularizers.Length: 0, Standardized: false, Optimizer: AdamOptimizer })
                    baseline = time;
                Console.WriteLine(FormattableString.Invariant($"| {Variants[i].Name} | {threads} | {time:f0} | {time / baseline:f3} |"));
                benches[i].Dispose();
            }
        }
    }

    /// <summary>One variant, with a net of its own.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly Net _net;
        private readonly CrossEntropyLoss _loss = new(10, 0, CPU);
        private readonly StepRule _rule;
        private readonly IReadOnlyList<TrainingHook> _hooks;
        private readonly TrainingStep _step;
        private readonly Batch _batch;
        private readonly Tensor _lossSum = zeros(1, float64);

        public Bench(Architecture recipe, Optimizer optimizer, Regularizer[] regularizers, int threads)
        {
            _net = Net.Create(recipe, 784, 10, CPU);
            _net.Initialize(1);
            _rule = optimizer.CreateRule(_net.Parameters, threads);
            _hooks = RegularizerSet.CreateHooks(regularizers, _net);
            _step = new TrainingStep(_net, _loss, _rule, _hooks, null);
            var pixels = new float[128 * 784];
            SeededRandom.Derive(1).FillUniform(pixels, 0, 1);
            _batch = new Batch(HostTensor.Create<float>(pixels, CPU).reshape(128, 784), HostTensor.Create<long>([.. Enumerable.Range(0, 128).Select(i => i % 10L)], CPU), null);
        }

        public List<double> Microseconds { get; } = [];

        public void Step(bool measured)
        {
            using DisposeScope scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            _step.Run(_batch, 1e-5, _lossSum);
            if (measured)
                Microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        public void Dispose()
        {
            _step.Dispose();
            foreach (TrainingHook hook in _hooks)
                hook.Dispose();
            _rule.Dispose();
            _loss.Dispose();
            _net.Dispose();
        }
    }
}
