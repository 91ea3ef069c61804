using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Scoring;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Trainers.Training;
using MLExtensions.Transforms.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Nested;

/// <summary>What nested nets cost: a training step, a prediction at a quarter of the width, a single row with draws, a file. Ratios come from interleaved runs.</summary>
internal static class NestedSpeedBenchmark
{
    private const int Batch = 128;
    private static readonly int[] Wide = [512, 512, 512];

    public static void Run(string[] args)
    {
        int rounds = Measure.Number(args, "--rounds", 15);
        bool picturesOnly = Options.Get(args, "--only", "") == "pictures";
        Console.WriteLine("| what | measured | bar |");
        Console.WriteLine("| --- | --- | --- |");
        if (!picturesOnly)
            Perceptrons(args, rounds);
        Pictures(rounds);
    }

    // Single rows first: nothing has loaded libtorch then.
    private static void Perceptrons(string[] args, int rounds)
    {
        SingleRow(Measure.Number(args, "--calls", 50_000));
        Predictions(rounds);
        Files();
        foreach (int[] widths in new[] { [256, 128], Wide })
            TrainingStep($"MLP 784-{string.Join('-', widths)}-10", Architecture.Mlp(widths, normalization: Normalization.Batch), 784, steps: 20, rounds);
    }

    private static void Print(string what, FormattableString measured, string bar) => Console.WriteLine($"| {what} | {FormattableString.Invariant(measured)} | {bar} |");

    private static void TrainingStep(string name, Architecture recipe, InputShape input, int steps, int rounds)
    {
        NativeTorch.EnsureLoaded();
        (double plain, double nested) = Steps(recipe, input, steps, rounds);
        Print($"training step, {name}, batch 128, batch norm, 1 thread", $"{nested / plain:f2} x the plain net ({plain:f2} and {nested:f2} ms of processor time)", "at most 2.5 x");
    }

    private static (double Plain, double Nested) Steps(Architecture recipe, InputShape input, int steps, int rounds)
    {
        using IDisposable threads = TorchThreads.Use(1);
        using IDisposable memory = Allocator.KeepMemory();
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        var settings = new NestedSettings { Groups = 32, Floor = 2, Ordering = NestedOrdering.Learned };
        using NestedNet nestedNet = NestedNet.Create(recipe, input, 10, settings, .95, -3, CPU);
        using Net plainNet = Net.Create(recipe, input, 10, CPU);
        using var loss = new CrossEntropyLoss(10, 0, CPU);
        var prior = new NestedPriorRegularizer
        {
            Prior = .95,
            Weight = 1,
            Summed = false,
            WarmUp = 0,
            Temperature = 2,
            FinalTemperature = 2,
            MostLogAlpha = 0,
            Rows = 60000,
            Steps = 10000,
        };
        Tensor features = HostTensor.Create<float>(RandomNetwork.Rows(Batch, input.Length), CPU).reshape(Batch, input.Length);
        Tensor targets = zeros(Batch, int64), sum = zeros(1, float64);
        var times = new List<double>[] { [], [] };
        using StepRule plainRule = Optimizer.AdamW().CreateRule(plainNet.Parameters, 1), nestedRule = Optimizer.AdamW().CreateRule(nestedNet.Parameters, 1);
        IReadOnlyList<TrainingHook>[] hooks =
        [
            RegularizerSet.CreateHooks([Regularizer.WeightDecay(.3, decoupled: true)], plainNet), RegularizerSet.CreateHooks([prior, Regularizer.WeightDecay(.3, decoupled: true)], nestedNet),
        ];
        using var plainStep = new TrainingStep(plainNet, loss, plainRule, hooks[0], null);
        using var nestedStep = new TrainingStep(nestedNet, loss, nestedRule, hooks[1], null);
        plainNet.Initialize(1);
        nestedNet.Initialize(1);
        nestedNet.BeginEpoch(1, 1);
        for (int round = steps < 20 ? -1 : -3; round < rounds; round++)
            for (int which = 0; which < 2; which++)
            {
                // Processor time of this one thread's steps: other load on the machine does not enter.
                TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
                for (int i = 0; i < steps; i++)
                {
                    using DisposeScope inner = NewDisposeScope();
                    (which == 0 ? plainStep : nestedStep).Run(new Batch(features, targets, null), 1e-4, sum);
                }

                if (round >= 0)
                    times[which].Add((Process.GetCurrentProcess().TotalProcessorTime - start).TotalMilliseconds / steps);
            }

        foreach (TrainingHook hook in hooks.SelectMany(list => list))
            hook.Dispose();
        return (Measure.Median(times[0]), Measure.Median(times[1]));
    }

    private static void Pictures(int rounds)
    {
        NativeTorch.EnsureLoaded();
        InputShape input = InputShape.Image(3, 32, 32);
        Architecture recipe = Architecture.Vgg(11, widthFactor: 0.5, stem: ImageStem.Small, dropout: 0);
        const string Name = "VGG-11 of half the published width, 3 x 32 x 32";
        using (TorchThreads.Use(1))
            Predictions(Name, RandomNestedNetwork.Create(recipe, input, 10), "at least 3 x", Math.Max(2, rounds / 2), timesNarrow: 4);
        TrainingStep(Name, recipe, input, steps: 2, Math.Max(3, rounds / 3));
    }

    private static void Predictions(int rounds) =>
        Predictions("MLP 784-512-512-512-10", RandomNestedNetwork.Create(784, Wide, 10), "at least 4 x", 4 * rounds, timesNarrow: 4);

    private static void Predictions(string name, NestedNetwork network, string bar, int rounds, int timesNarrow)
    {
        FittedNetwork small = new NestedExtraction(network, 8).Extract();
        IRowScorer[] scorers = [NestedScorers.Of(network, new NestedView { Step = 32 }), NestedScorers.Of(network, new NestedView { Step = 8 }), small.Scorer];
        const int Rows = 256;
        float[] rows = RandomNetwork.Rows(Rows, network.InputWidth), outputs = new float[Rows * 10];
        var times = new List<double>[] { [], [], [] };
        for (int round = -3; round < rounds; round++)
            for (int which = 0; which < 3; which++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < (which == 0 ? 1 : timesNarrow); i++)
                    scorers[which].Score(rows, Rows, outputs);
                if (round >= 0)
                    times[which].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / (which == 0 ? 1 : timesNarrow));
            }

        double[] best = [.. times.Select(list => list.Min())];
        Print($"prediction at width 0.25 against 1, mean weights, {name}, batch 256", $"{best[0] / best[1]:f1} x faster ({best[0]:f2} and {best[1]:f2} ms)", bar);
        Print("extracted net against the view, both 0.25", $"{best[1] / best[2]:f2} x as fast", "at least 1 x");
        Print("its file against the nested net's", $"{(double)RandomNestedNetwork.Bytes(small) / RandomNestedNetwork.Bytes(network):f3} x", "at most 0.12 x");
    }

    private static void Files()
    {
        long one = RandomNestedNetwork.Bytes(RandomNestedNetwork.Create(784, Wide, 10)), separate = 0, plain = 0;
        for (int i = 1; i <= 8; i++)
        {
            int[] widths = [.. Wide.Select(w => w * i / 8)];
            NestedNetwork variational = RandomNestedNetwork.Create(784, widths, 10, NestedOrdering.None);
            separate += RandomNestedNetwork.Bytes(variational);
            plain += RandomNestedNetwork.Bytes(new NestedExtraction(variational, 1).Extract());
        }

        Print("one file against eight separate variational nets of widths 1/8 to 1", $"{(double)one / separate:f3} x (against eight plain nets {(double)one / plain:f3} x)", "at most 0.3 x");
    }

    private static void SingleRow(int calls)
    {
        var ml = new MLContext(1);
        NestedNetwork network = RandomNestedNetwork.Create(20, [64, 32], 3);
        var model = new BayesianNestedTransformer(ml, network, new NestedView { Step = 32, Samples = 8, WeightNoise = true, Uncertainty = true }, new ScoreColumnNames(), null);
        PredictionEngine<Row, Answer> engine = ml.Model.CreatePredictionEngine<Row, Answer>(model);
        var row = new Row { Features = RandomNetwork.Rows(1, 20) };
        var answer = new Answer();
        var times = new double[calls];
        long bytes = 0;
        for (int round = 0; round < 3; round++)
        {
            bytes = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < calls; i++)
            {
                long start = Stopwatch.GetTimestamp();
                engine.Predict(row, ref answer);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        }

        Print("PredictionEngine, nested 20-64-32-3, 8 draws, all columns of uncertainty",
            $"p50 {Measure.Quantile(times, .5):f1} us, p99 {Measure.Quantile(times, .99):f1} us, {bytes / calls} B, libtorch {(Measure.TorchIsLoaded() ? "loaded" : "not loaded")}", "p50 15 us, 0 B, no libtorch");
    }

    private sealed class Row
    {
        [VectorType(20)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Answer
    {
        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }

        public float PredictiveEntropy { get; set; }

        public float ExpectedEntropy { get; set; }

        public float MutualInformation { get; set; }
    }
}
