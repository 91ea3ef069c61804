using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>
/// What is left to gain in scoring ResNet-20: processor time of a whole call, in turn with the modules, against that of its bare operations, on one thread. Processor time
/// hardly depends on what else the machine does.
/// </summary>
internal static class ConvScoringParts
{
    private const int Batch = 128; // as the scorer cuts 256 rows

    /// <summary>Prints the table.</summary>
    /// <param name="scorers">Name and a call that scores 256 rows; the first is what the others are compared with.</param>
    /// <param name="steps">Rounds.</param>
    public static void Run((string Name, Action Score)[] scorers, int steps)
    {
        using IDisposable threads = TorchThreads.Use(1);
        Console.WriteLine("| 256 pictures | processor, ms | ratio to the first |");
        Console.WriteLine("| --- | --- | --- |");
        Calls("");
        Allocator.KeepMemory().Dispose();
        Calls(", after a fit in the same process");
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            double convolutions = 0, others = 0;
            foreach ((int channels, int side, int layers) in new[] { (16, 32, 6), (32, 16, 6), (64, 8, 6) }) // the first layer is left out
            {
                (double convolution, double relu, double sum) = Stage(type, channels, side, steps);
                convolutions += layers * convolution;
                others += (layers * relu) + (layers / 2 * sum);
            }

            Console.WriteLine(FormattableString.Invariant($"| bare operations, {type}: 18 convolutions | {convolutions * 256 / Batch:f0} | |"));
            Console.WriteLine(FormattableString.Invariant($"| bare operations, {type}: 18 ReLU, 9 additions | {others * 256 / Batch:f0} | |"));
        }

        void Calls(string when)
        {
            double[] calls = Times([.. scorers.Select(scorer => scorer.Score)], steps);
            for (int i = 0; i < scorers.Length; i++)
                Console.WriteLine(FormattableString.Invariant($"| {scorers[i].Name}{when} | {calls[i]:f0} | {calls[0] / calls[i]:f2} |"));
        }
    }

    private static (double Convolution, double Relu, double Sum) Stage(ScalarType type, int channels, int side, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Scalar one = 1;
        Tensor Lying(params long[] shape) => zeros(shape).permute(0, 3, 1, 2).to(type);
        Tensor x = Lying(Batch, side, side, channels), y = Lying(Batch, side, side, channels), kernel = Lying(channels, 3, 3, channels), bias = zeros(channels).to(type);
        long[] ones = [1, 1];
        double[] times = Times([() => nn.functional.conv2d(x, kernel, bias, ones, ones, ones, 1).Dispose(), () => y.relu_(), () => y.add_(x, one)], steps);
        return (times[0], times[1], times[2]);
    }

    // The lower quartile, in milliseconds.
    private static double[] Times(Action[] calls, int steps)
    {
        const int WarmUp = 2;
        List<double>[] times = [.. calls.Select(_ => new List<double>())];
        for (int step = -WarmUp; step < steps; step++)
            for (int i = 0; i < calls.Length; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                TimeSpan before = Environment.CpuUsage.TotalTime;
                calls[i]();
                if (step >= 0)
                    times[i].Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
            }

        return [.. times.Select(list => Measure.Quantile([.. list], 0.25))];
    }
}
