using System.Diagnostics;
using System.Globalization;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Trainers.Tests;
using MLExtensions.Trainers.Tests.Nets.Convolution;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>Every golden net at full size, as it validates and as it scores (folded), against torchvision's float64 results; those that are too large for the tests are here too.</summary>
internal static class TorchvisionGoldenBenchmark
{
    private const double Tolerance = 5e-5; // of the largest number, as the golden data suggest for float32

    private static readonly string[] Cases =
    [
        "resnet20_cifar_32", "resnet20_cifar_splitpad_32", "resnet18_c10_32", "resnet18_c10_64", "resnet18_224", "resnet34_224", "resnet50_224", "mobilenet_v2_224", "vgg11_bn_c10_64",
        "vgg11_bn_224", "vgg16_bn_224",
    ];

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        using IDisposable threads = TorchThreads.Use(Measure.Number(args, "--threads", 1));
        string data = Path.Combine(DataFolder.Find(args), "torchvision");
        string[] cases = Options.Get(args, "--cases", null)?.Split(',') ?? Cases;
        Console.WriteLine("| net | keys equal | logits | logits, folded | features | equal | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (string name in cases)
        {
            long start = Stopwatch.GetTimestamp();
            (bool keys, double logits, double folded, double features) = Check(name, Path.Combine(data, name));
            bool equal = keys && Math.Max(Math.Max(logits, folded), features) < Tolerance;
            if (!equal)
                Environment.ExitCode = 1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {(keys ? "yes" : "no")} | {logits:e1} | {folded:e1} | {features:e1} | {(equal ? "yes" : "no")} | {Stopwatch.GetElapsedTime(start).TotalSeconds:f1} |"));
            Allocator.Trim();
        }
    }

    private static (bool Keys, double Logits, double Folded, double Features) Check(string name, string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        bool keys = GoldenReader.Csv(Path.Combine(folder, "keys.csv")).Select(row => (row["key"], row["shape"]))
            .SequenceEqual(GoldenNets.Tensors(name).Select(tensor => (tensor.Name, tensor.Shape.Length == 0 ? "scalar" : string.Join('x', tensor.Shape))));
        using ConvNet net = GoldenNets.Create(name, CPU);
        Tensor pictures = GoldenNets.Pictures(2, GoldenNets.Of(name).Size, CPU);
        double[] expected = GoldenReader.Npy(Path.Combine(folder, "logits_f64.npy"));
        double[] expectedFeatures = GoldenReader.Npy(Path.Combine(folder, "features_f64.npy"));
        float[] features = FlatParameters.ToArray(net.Embed(pictures).flatten());
        double logits = Difference(expected, FlatParameters.ToArray(net.Forward(pictures, training: false).flatten()));
        (float[] parameters, float[] buffers) = net.Parameters.ToArrays();
        var scores = new float[expected.Length];
        IRowScorer scorer = new FittedNetwork(NetTask.Multiclass, net.Architecture, net.Input, net.OutputWidth, parameters, buffers, null!).Scorer;
        scorer.Score(FlatParameters.ToArray(pictures.flatten()), 2, scores);
        return (keys, logits, Difference(expected, scores), Difference(expectedFeatures, features.AsSpan(0, expectedFeatures.Length)));
    }

    private static double Difference(double[] expected, ReadOnlySpan<float> actual)
    {
        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        return largest / expected.Max(Math.Abs);
    }
}
