using System.Globalization;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Regularization;

/// <summary>
/// Weight noise: the part of the first layer that lies outside the span of the training rows, over training, and what it costs when the inputs leave that span.
/// MNIST, 10,000 training rows, MLP 784-256-128-10 with batch norm, SGD with momentum 0.9. Options: --seeds 5, --epochs 20, --rows 10000, --rate 0.1.
/// </summary>
internal static class WeightNoiseBenchmark
{
    private static readonly (string Name, Regularizer[] Regularizers)[] Methods =
    [
        ("none", []),
        ("weight decay 5e-4", [Regularizer.WeightDecay(5e-4)]),
        ("weight decay 5e-3", [Regularizer.WeightDecay(5e-3)]),
        ("WRS", [Regularizer.WeightRescaling()]),
    ];

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        using IDisposable threads = TorchThreads.Use(1);
        int seeds = Measure.Number(args, "--seeds", 5);
        int epochs = Measure.Number(args, "--epochs", 20);
        double rate = double.Parse(Options.Get(args, "--rate", "0.1"), CultureInfo.InvariantCulture);
        using var fit = new SubsetFit(Path.Combine(DataFolder.Find(args), "mnist"), Measure.Number(args, "--rows", 10_000));
        using DisposeScope scope = NewDisposeScope();
        Tensor outside = Outside(fit.Features, out int rank); // [784, 784 − rank]
        bool[] zero = ZeroPixels(fit.Features);
        int[] shown = [.. new[] { 0, 1, 2, 5, 10, epochs }.Where(epoch => epoch <= epochs).Distinct()];
        Console.WriteLine($"The training rows span {rank} of 784 dimensions; {zero.Count(isZero => isZero)} pixels are zero in every row.");
        Console.WriteLine(FormattableString.Invariant($"Share of the first layer's squared norm outside the span, in percent; SGD, momentum 0.9, learning rate {rate}, mean of {seeds} seeds (standard deviation).\n"));
        Console.WriteLine($"| method | {string.Join(" | ", shown.Select(epoch => $"epoch {epoch}"))} | size of that part, last epoch | test accuracy | with noise on zero pixels |");
        Console.WriteLine($"| --- |{string.Concat(shown.Select(_ => " --- |"))} --- | --- | --- |");
        foreach ((string name, Regularizer[] regularizers) in Methods)
        {
            var shares = new List<double[]>();
            var sizes = new List<double>();
            var accuracies = new List<double>();
            var noisy = new List<double>();
            for (int seed = 1; seed <= seeds; seed++)
            {
                var ofEpoch = new List<double>();
                double size = 0;
                accuracies.Add(fit.Accuracy(Architecture.Mlp([256, 128], normalization: Normalization.Batch), Optimizer.Sgd(), rate, regularizers, epochs, seed, net =>
                {
                    (double share, size) = OutsidePart(net, outside);
                    ofEpoch.Add(share);
                }, net => noisy.Add(fit.NoisyAccuracy(net, zero, deviation: 0.5, seed))));
                shares.Add([.. ofEpoch]);
                sizes.Add(size);
            }

            Console.WriteLine($"| {name} | {string.Join(" | ", shown.Select(epoch => Text([.. shares.Select(share => 100 * share[epoch])], 2)))} "
                + $"| {Text(sizes, 3)} | {Text(accuracies, 4)} | {Text(noisy, 4)} |");
        }
    }

    // An orthonormal basis of what no training row has a part in: eigenvectors of XᵀX, in double precision, whose eigenvalues are rounding.
    private static Tensor Outside(ReadOnlySpan<float> features, out int rank)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = HostTensor.Create(features, CPU).reshape(-1, 784).to(float64);
        (Tensor values, Tensor vectors) = linalg.eigh(x.t().matmul(x));
        double[] sizes = values.data<double>().ToArray();
        double largest = sizes.Max();
        int outside = sizes.Count(size => size < 1e-10 * largest);
        rank = 784 - outside;
        return vectors.narrow(1, 0, outside).to(float32).contiguous().MoveToOuterDisposeScope(); // ascending order
    }

    private static bool[] ZeroPixels(ReadOnlySpan<float> features)
    {
        var zero = new bool[784];
        Array.Fill(zero, true);
        for (int i = 0; i < features.Length; i++)
            if (features[i] != 0)
                zero[i % 784] = false;
        return zero;
    }

    private static (double Share, double Size) OutsidePart(Net net, Tensor outside)
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterSlot slot = net.Parameters.Layout["layers.0.weight"];
        Tensor weight = net.Parameters.Values.narrow(0, slot.Offset, slot.Length).view(-1, 784);
        double part = weight.matmul(outside).norm().item<float>();
        double all = weight.norm().item<float>();
        return (part * part / (all * all), part);
    }

    private static string Text(IReadOnlyList<double> values, int digits)
    {
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Count - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{mean.ToString($"f{digits}", CultureInfo.InvariantCulture)} ({deviation.ToString($"f{digits}", CultureInfo.InvariantCulture)})");
    }
}
