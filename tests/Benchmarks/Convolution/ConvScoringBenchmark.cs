using System.Diagnostics;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>Scoring images per second, from managed rows to managed scores, against the modules of the same net in evaluation mode. Batch 256. With --parts: processor time of its operations.</summary>
internal static class ConvScoringBenchmark
{
    private const int Outputs = 10;

    public static void Run(string[] args)
    {
        if (args.Contains("--parts"))
        {
            Parts(Measure.Number(args, "--steps", 30));
            return;
        }

        if (Options.Get(args, "--worker", null) is not { } rival)
        {
            ConvContest.Run("conv-scoring", ["resnet20", "small"], ["bare", "float32", "bfloat16"], args);
            return;
        }

        NativeTorch.EnsureLoaded();
        int batch = Measure.Number(args, "--batch", 256);
        int rounds = Measure.Number(args, "--steps", 15);
        bool small = Options.Get(args, "--net", "resnet20") == "small";
        InputShape shape = small ? InputShape.Image(1, 28, 28) : InputShape.Image(3, 32, 32);
        using IDisposable threads = TorchThreads.Use(Measure.Number(args, "--threads", Environment.ProcessorCount));
        float[] rows = Rows(batch, shape);
        var scores = new float[batch * Outputs];
        Action score = rival == "bare" ? Bare(small, shape, rows, batch, scores) : Ours(small, shape, rival == "bfloat16" ? Precision.BFloat16 : Precision.Float32, rows, batch, scores);
        ConvContest.Report(batch, Time(rounds, score));
    }

    private static void Parts(int steps)
    {
        NativeTorch.EnsureLoaded();
        const int Batch = 256;
        InputShape shape = InputShape.Image(3, 32, 32);
        float[] rows = Rows(Batch, shape);
        var scores = new float[Batch * Outputs];
        ConvScoringParts.Run(
        [
            ("bare", Bare(false, shape, rows, Batch, scores)),
            ("float32", Ours(false, shape, Precision.Float32, rows, Batch, scores)),
            ("bfloat16", Ours(false, shape, Precision.BFloat16, rows, Batch, scores)),
        ], steps);
    }

    private static float[] Rows(int batch, InputShape shape)
    {
        var rows = new float[batch * shape.Length];
        SeededRandom.Derive(1).FillUniform(rows, -1.7f, 1.7f);
        return rows;
    }

    private static Action Ours(bool small, InputShape shape, Precision precision, float[] rows, int batch, float[] scores)
    {
        Architecture recipe = small ? Architecture.ConvNet() : Architecture.CifarResNet();
        using Net net = Net.Create(recipe, shape, Outputs, CPU);
        net.Initialize(1);
        (float[] parameters, float[] buffers) = net.Parameters.ToArrays();
        IRowScorer scorer = new FittedNetwork(NetTask.Multiclass, recipe, shape, Outputs, parameters, buffers, null!) { Precision = precision }.Scorer;
        return () => scorer.Score(rows, batch, scores);
    }

    private static Action Bare(bool small, InputShape shape, float[] rows, int batch, float[] scores)
    {
        nn.Module<Tensor, Tensor> model = small ? new BareSmallNet() : new BareResNet20();
        model.eval();
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor x = from_array(rows).reshape(batch, shape.Channels, shape.Height, shape.Width);
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(model.forward(x).bytes).CopyTo(scores);
        };
    }

    private static List<double> Time(int rounds, Action call)
    {
        const int WarmUp = 4;
        var seconds = new List<double>();
        for (int i = 0; i < WarmUp + rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            if (i >= WarmUp)
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return seconds;
    }
}
