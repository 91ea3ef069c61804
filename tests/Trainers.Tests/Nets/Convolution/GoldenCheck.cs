using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Compares one evaluation with the golden data; errors are relative to the largest number of the stage.</summary>
internal static class GoldenCheck
{
    public static void Run(string name, Device device, double tolerance)
    {
        string folder = GoldenFolder.Case(name);
        Dictionary<string, Dictionary<string, string>> stages = GoldenReader.Csv(Path.Combine(folder, "stages.csv")).ToDictionary(row => row["stage"]);
        using IDisposable threads = TorchThreads.Use(1);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using ConvNet net = GoldenNets.Create(name, device);
        Tensor pictures = GoldenNets.Pictures(2, GoldenNets.Of(name).Size, device);
        int seen = 0;

        double[] features = Numbers.ToDoubles(net.Embed(pictures, (layer, x) =>
        {
            if (layer.StartsWith("layer", StringComparison.Ordinal) || (name.StartsWith("mobile", StringComparison.Ordinal) && stages.ContainsKey(layer)))
                seen += CheckStage(stages[layer], Numbers.ToDoubles(x), tolerance);
        }));
        double[] logits = Numbers.ToDoubles(net.Forward(pictures, training: false));

        Assert.True(seen > 0 || name.StartsWith("vgg", StringComparison.Ordinal));
        AssertClose(GoldenReader.Npy(Path.Combine(folder, "features_f64.npy")), features[..(features.Length / 2)], tolerance);
        AssertClose(GoldenReader.Npy(Path.Combine(folder, "logits_f64.npy")), logits, tolerance);
    }

    private static int CheckStage(Dictionary<string, string> expected, double[] actual, double tolerance)
    {
        double size = GoldenReader.Number(expected["max_abs"]);
        Assert.Equal(size, actual.Max(Math.Abs), size * tolerance);
        Assert.Equal(GoldenReader.Number(expected["mean"]), actual.Average(), size * tolerance);
        Assert.Equal(GoldenReader.Number(expected["first"]), actual[0], size * tolerance);
        Assert.Equal(GoldenReader.Number(expected["last"]), actual[^1], size * tolerance);
        return 1;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], size * tolerance);
    }
}
