using System.Diagnostics;
using MLExtensions.Estimators.Fitting;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.NeuralNetwork;

/// <summary>Settles how many threads torch uses within one operation.</summary>
internal static class ThreadChoice
{
    private const int MeasuredSteps = 20;

    /// <summary>The fixed number, the measured one, or that of the rule on work per step.</summary>
    public static int Of(NeuralNetworkOptions options, FitPlan plan, Device device)
    {
        if (options.Threads.Count is { } count)
            return count;
        using var net = Net.Create(plan.Architecture, plan.Input, plan.OutputWidth, device, options.Precision);
        int all = Environment.ProcessorCount;
        if (!options.Threads.IsMeasured || all == 1 || device.type != DeviceType.CPU)
            return TorchThreads.Choose(net.WorkPerRow * plan.RowsPerStep, all);
        return Seconds(options, plan, net, device, all) < Seconds(options, plan, net, device, 1) ? all : 1;
    }

    // The fastest of some steps on rows of noise: other load on the machine only ever makes a step slower.
    private static double Seconds(NeuralNetworkOptions options, FitPlan plan, Net net, Device device, int threads)
    {
        using IDisposable _ = TorchThreads.Use(threads);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        net.Initialize(plan.Seed);
        using Loss loss = LossFactory.Create(options, plan, 1, device);
        using StepRule rule = options.EffectiveOptimizer.CreateRule(net.Parameters, threads);
        using var step = new TrainingStep(net, loss, rule, [], options.GradientClipping);
        var noise = new float[plan.BatchSize * plan.Input.Length];
        SeededRandom.Derive(plan.Seed).FillUniform(noise, -1, 1);
        Tensor features = HostTensor.Create<float>(noise, device).reshape(plan.BatchSize, plan.Input.Length);
        Tensor targets = zeros(plan.BatchSize, plan.Task == NetTask.Multiclass ? int64 : float32, device);
        Tensor lossSum = zeros(1, float64, device);
        double best = double.PositiveInfinity;
        for (int i = 0; i < MeasuredSteps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using DisposeScope inner = NewDisposeScope();
            step.Run(new Batch(features, targets, null), plan.LearningRate, lossSum);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
