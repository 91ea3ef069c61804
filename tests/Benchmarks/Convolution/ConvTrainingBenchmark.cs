using System.Diagnostics;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>
/// Training images per second and peak resident memory against a bare TorchSharp loop of the same net: modules, torch's SGD with momentum and decay, a dispose scope per step. Batch 128.
/// --parts adds the bare loop with one of our habits each, and ours without the allocator's settings.
/// --processor takes processor time for time: with --threads 1 it hardly depends on what else the machine does.
/// </summary>
internal static class ConvTrainingBenchmark
{
    private const int Images = 2048;

    public static void Run(string[] args)
    {
        if (Options.Get(args, "--worker", null) is not { } rival)
        {
            ConvContest.Run("conv-training", ["resnet20", "small"], args.Contains("--parts")
                ? ["bare", "bare-channels-last", "bare-memory-kept", "float32-memory-not-kept", "float32", "bfloat16"]
                : ["bare", "float32", "bfloat16"], args);
            return;
        }

        NativeTorch.EnsureLoaded();
        int threads = Measure.Number(args, "--threads", Environment.ProcessorCount);
        int batch = Measure.Number(args, "--batch", 128);
        int steps = Measure.Number(args, "--steps", 15);
        bool small = Options.Get(args, "--net", "resnet20") == "small";
        using IDisposable? allocatorScope = rival is "bare-memory-kept" or "float32" or "bfloat16" ? Allocator.KeepMemory() : null;
        bool processor = args.Contains("--processor");
        List<double> seconds = rival.StartsWith("bare", StringComparison.Ordinal)
            ? Bare(small, threads, batch, steps, processor, channelsLast: rival == "bare-channels-last")
            : Ours(small, rival == "bfloat16" ? Precision.BFloat16 : Precision.Float32, threads, batch, steps, processor);
        ConvContest.Report(batch, seconds);
    }

    private static List<double> Ours(bool small, Precision precision, int threads, int batch, int steps, bool processor)
    {
        InputShape shape = small ? InputShape.Image(1, 28, 28) : InputShape.Image(3, 32, 32);
        using IDisposable threadScope = TorchThreads.Use(threads);
        using DisposeScope outer = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(small ? Architecture.ConvNet() : Architecture.CifarResNet(), shape, 10, CPU, precision);
        net.Initialize(1);
        using var loss = new CrossEntropyLoss(10, 0, CPU);
        (float[] pixels, float[] labels) = Noise(shape.Length);
        using var feed = new MemoryFeed(RowTable.Of(pixels, labels), null, true, false, CPU);
        using StepRule rule = Optimizer.Sgd(nesterov: false).CreateRule(net.Parameters, threads);
        IReadOnlyList<TrainingHook> hooks = RegularizerSet.CreateHooks([Regularizer.WeightDecay(1e-4, includeBiasesAndNorms: true)], net);
        using var step = new TrainingStep(net, loss, rule, hooks, null);
        Tensor lossSum = zeros(1, float64);
        feed.BeginEpoch(1, 0);
        return Time(steps, processor, () =>
        {
            using DisposeScope scope = NewDisposeScope();
            Batch? rows = feed.Next(batch);
            if (rows is null || rows.Rows < batch)
            {
                feed.BeginEpoch(1, 1);
                rows = feed.Next(batch);
            }

            step.Run(rows!, 0.05, lossSum);
        });
    }

    private static List<double> Bare(bool small, int threads, int batch, int steps, bool processor, bool channelsLast)
    {
        set_num_threads(threads);
        using DisposeScope outer = NewDisposeScope();
        InputShape shape = small ? InputShape.Image(1, 28, 28) : InputShape.Image(3, 32, 32);
        (float[] pixels, float[] labels) = Noise(shape.Length);
        Tensor x = HostTensor.Create<float>(pixels, CPU).reshape(Images, shape.Channels, shape.Height, shape.Width);
        Tensor y = HostTensor.Create<long>(Array.ConvertAll(labels, label => (long)label), CPU);
        using nn.Module<Tensor, Tensor> model = small ? new BareSmallNet() : new BareResNet20();
        if (channelsLast)
            TurnKernels(model);
        using optim.Optimizer sgd = optim.SGD(model.parameters(), 0.05, momentum: 0.9, weight_decay: 1e-4);
        using var crossEntropy = nn.CrossEntropyLoss();
        using Tensor order = randperm(Images, device: CPU);
        int at = 0;
        double sum = 0;
        return Time(steps, processor, () =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor index = order.narrow(0, at, batch);
            at = at + (2 * batch) > Images ? 0 : at + batch;
            Tensor pictures = x.index_select(0, index);
            if (channelsLast)
                pictures = pictures.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
            Tensor batchLoss = crossEntropy.forward(model.forward(pictures), y.index_select(0, index));
            sgd.zero_grad();
            batchLoss.backward();
            sgd.step();
            sum += batchLoss.item<float>();
        });
    }

    private static void TurnKernels(nn.Module<Tensor, Tensor> model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (Tensor kernel in model.parameters().Where(parameter => parameter.dim() == 4))
            kernel.set_(kernel.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
    }

    private static List<double> Time(int steps, bool processor, Action step)
    {
        const int WarmUp = 4;
        var seconds = new List<double>();
        for (int i = 0; i < WarmUp + steps; i++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            step();
            if (i >= WarmUp)
                seconds.Add((processor ? Environment.CpuUsage.TotalTime - before : Stopwatch.GetElapsedTime(start)).TotalSeconds);
        }

        return seconds;
    }

    private static (float[] Pixels, float[] Labels) Noise(int length)
    {
        var pixels = new float[Images * length];
        SeededRandom.Derive(1).FillUniform(pixels, -1.7f, 1.7f);
        return (pixels, [.. Enumerable.Range(0, Images).Select(i => (float)(i % 10))]);
    }
}
