using MLExtensions.Trainers.Nets.Convolution;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>A training pass of every convolutional recipe against its description in float64.</summary>
public sealed class ConvGradientTests
{
    [Theory]
    [MemberData(nameof(ConvRecipes.WithoutDropout), MemberType = typeof(ConvRecipes))]
    public void Outputs_flat_gradient_and_statistics_of_a_training_pass_are_those_of_the_description_in_float64(string name)
    {
        using var bench = new ConvBench(name);
        Tensor direction = Numbers.Tensor(CPU, 4, ConvBench.Rows, ConvBench.Outputs);
        (Tensor expected, DoubleLayers exact, _) = bench.Exact(training: true);
        using (enable_grad())
            expected.backward([direction.to(float64)]);

        Tensor outputs = bench.Net.Forward(bench.Features, training: true);
        bench.Net.Backward(direction.clone());

        AssertNear(expected.flatten().data<double>().ToArray(), Numbers.ToDoubles(outputs), 1e-3);
        AssertNear(exact.Gradient, Numbers.ToDoubles(bench.Net.Parameters.Gradients), 0.05); // a ReLU near 0 may take the other branch
        AssertNear(exact.Buffers, Numbers.ToDoubles(bench.Net.Parameters.Buffers), 1e-3);
    }

    [Theory]
    [MemberData(nameof(ConvRecipes.All), MemberType = typeof(ConvRecipes))]
    public void The_gradient_by_the_features_is_that_of_the_description_in_float64_and_leaves_a_training_pass_alone(string name)
    {
        using var bench = new ConvBench(name);
        Tensor direction = Numbers.Tensor(CPU, 4, ConvBench.Rows, ConvBench.Outputs);
        (Tensor expected, _, Tensor features) = bench.Exact(training: false);
        using (enable_grad())
            expected.backward([direction.to(float64)]);
        float[] gradients = bench.Gradient();
        bench.Net.Parameters.Set(Numbers.ToFloats(bench.Net.Parameters.Values), bench.Buffers);
        bench.Net.BeginEpoch(seed: 1, epoch: 0);
        bench.Net.Forward(bench.Features, training: true);
        bench.Net.Parameters.Set(Numbers.ToFloats(bench.Net.Parameters.Values), bench.Buffers);

        Tensor slope = bench.Net.InputGradient(bench.Features, _ => direction.clone());
        bench.Net.Backward(Numbers.Tensor(CPU, 4, ConvBench.Rows, ConvBench.Outputs));

        AssertNear(features.grad!.flatten().data<double>().ToArray(), Numbers.ToDoubles(slope), 0.05);
        Assert.Equal(gradients, Numbers.ToFloats(bench.Net.Parameters.Gradients));
    }

    // The whole in one number: ‖difference‖ / ‖expected‖.
    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum());
        Assert.InRange(difference, 0, tolerance * Math.Sqrt(expected.Sum(value => value * value)));
    }
}
