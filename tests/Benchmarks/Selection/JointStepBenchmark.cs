using System.Diagnostics;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Selection;

/// <summary>
/// A joint step (one forward and one backward pass over a mixed batch) against the plain way: a pass over the target rows, a pass over the source rows, the sum of both gradients,
/// then the same optimiser step. MLP 784-256-128 with batch normalisation, 10 target and 26 source classes, as many source rows as target rows. Interleaved blocks of steps.
/// </summary>
internal static class JointStepBenchmark
{
    private const int Width = 784, TargetClasses = 10, SourceClasses = 26, StepsPerBlock = 50;
    private const double Lambda = 0.3;

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        int blocks = Measure.Number(args, "--blocks", 15);
        Console.WriteLine("| target rows a step | threads | joint, us a step (range) | two passes, us a step (range) | ratio of medians | median of paired ratios |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (int batch in new[] { 32, 128 })
            foreach (int threads in Enumerable.Range(1, Environment.ProcessorCount))
                Contest(batch, threads, blocks);
    }

    private static void Contest(int batch, int threads, int blocks)
    {
        using IDisposable threadScope = TorchThreads.Use(threads);
        using IDisposable allocatorScope = Allocator.KeepMemory();
        var joint = new List<double>();
        var separate = new List<double>();
        for (int block = 0; block <= blocks; block++)
        {
            double first = Block(batch, threads, together: true), second = Block(batch, threads, together: false);
            if (block == 0)
                continue; // warms up
            joint.Add(first);
            separate.Add(second);
        }

        Console.WriteLine(FormattableString.Invariant(
            $"| {batch} | {threads} | {Measure.Median(joint):f0} ({joint.Min():f0}-{joint.Max():f0}) | {Measure.Median(separate):f0} ({separate.Min():f0}-{separate.Max():f0}) | {Measure.Median(joint) / Measure.Median(separate):f2} | {Measure.Median(joint.Zip(separate, (a, b) => a / b)):f2} |"));
    }

    private static double Block(int batch, int threads, bool together)
    {
        using DisposeScope outer = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([256, 128], normalization: Normalization.Batch), Width, TargetClasses + SourceClasses, CPU);
        net.Initialize(1);
        using StepRule rule = Optimizer.Adam().CreateRule(net.Parameters, threads);
        using var targetLoss = new CrossEntropyLoss(TargetClasses, 0, CPU);
        using var sourceLoss = new CrossEntropyLoss(SourceClasses, 0, CPU);
        using var jointLoss = new JointLoss(new CrossEntropyLoss(TargetClasses, 0, CPU), TargetClasses, new LabelObjective(new CrossEntropyLoss(SourceClasses, 0, CPU)), Lambda, CPU);
        using var step = new TrainingStep(net, jointLoss, rule, [], null);
        using Scalar lambda = Lambda, one = 1;
        Batch target = Rows(batch, TargetClasses, 1), source = Rows(batch, SourceClasses, 2);
        Tensor sum = zeros(1, float64), summed = zeros_like(net.Parameters.Gradients);
        for (int i = 0; i < StepsPerBlock / 5; i++)
            Step();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < StepsPerBlock; i++)
            Step();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / StepsPerBlock;

        void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            if (together)
            {
                step.Run(target with { Features = cat([target.Features, source.Features], 0), Pretraining = source }, 1e-3, sum);
                return;
            }

            Pass(target, targetLoss, 0, TargetClasses);
            summed.copy_(net.Parameters.Gradients);
            Pass(source, sourceLoss, TargetClasses, SourceClasses);
            net.Parameters.Gradients.mul_(lambda).add_(summed, one);
            rule.Step(1e-3);
        }

        void Pass(Batch rows, CrossEntropyLoss loss, int first, int count)
        {
            Tensor outputs = net.Forward(rows.Features, training: true);
            Tensor gradient = zeros_like(outputs);
            gradient.narrow(1, first, count).copy_(loss.Gradient(outputs.narrow(1, first, count).contiguous(), rows.Targets, null, sum));
            net.Backward(gradient);
        }
    }

    private static Batch Rows(int rows, int classes, long seed)
    {
        var pixels = new float[rows * Width];
        SeededRandom.Derive(seed).FillUniform(pixels, 0, 1);
        return new Batch(
            HostTensor.Create<float>(pixels, CPU).reshape(rows, Width), HostTensor.Create<long>([.. Enumerable.Range(0, rows).Select(row => (long)(row % classes))], CPU), null);
    }
}
