using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Scores of every convolutional recipe.</summary>
public sealed class ConvScoringTests
{
    [Theory]
    [MemberData(nameof(ConvRecipes.All), MemberType = typeof(ConvRecipes))]
    public void The_scorer_gives_what_the_net_gives_and_its_vectors_are_what_the_output_layer_sees(string name)
    {
        using var bench = new ConvBench(name);
        FittedNetwork fitted = bench.Fitted(Precision.Float32);
        float[] features = Numbers.ToFloats(bench.Features);
        var scores = new float[ConvBench.Rows * ConvBench.Outputs];
        IRowScorer embedder = fitted.CreateEmbedder();
        var vectors = new float[ConvBench.Rows * embedder.OutputWidth];

        fitted.Scorer.Score(features, ConvBench.Rows, scores);
        embedder.Score(features, ConvBench.Rows, vectors);

        AssertClose(Numbers.ToFloats(bench.Net.Forward(bench.Features, training: false)), scores, 1e-4);
        AssertClose(Numbers.ToFloats(bench.Net.Embed(bench.Features)), vectors, 1e-4);
    }

    [Theory]
    [InlineData("small")]
    [InlineData("small plain")]
    [InlineData("cifar resnet 8")]
    [InlineData("vgg 11")]
    public void In_bfloat16_scores_differ_by_its_rounding_and_gradients_point_the_same_way(string name)
    {
        using var exact = new ConvBench(name);
        using var rounded = new ConvBench(name, Precision.BFloat16);
        float[] features = Numbers.ToFloats(exact.Features);
        var scores = new float[ConvBench.Rows * ConvBench.Outputs];
        exact.Fitted(Precision.BFloat16).Scorer.Score(features, ConvBench.Rows, scores);

        float[] expected = Numbers.ToFloats(exact.Net.Forward(exact.Features, training: false));
        AssertClose(expected, scores, 0.25);
        AssertClose(expected, Numbers.ToFloats(rounded.Net.Forward(rounded.Features, training: false)), 0.25);
        Assert.NotEqual(expected, scores);
        Assert.InRange(Cosine(exact.Gradient(), rounded.Gradient()), 0.5, 0.99999);
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = a.Zip(b, (x, y) => (double)x * y).Sum();
        return dot / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], size * tolerance);
    }
}
