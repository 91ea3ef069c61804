using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nested;

public sealed class WeightDivergenceTests
{
    // Before a method is compiled that names torch's static fields.
    public WeightDivergenceTests() => NativeTorch.EnsureLoaded();

    [Theory]
    [InlineData(-4, -2.0000498)]
    [InlineData(-1, -0.2250025)]
    [InlineData(0, 0.3325694)]
    [InlineData(1, 0.5469202)]
    public void Values_are_those_of_the_sheet(double logAlpha, double expected) => Assert.Equal(expected, WeightDivergence.Negative(logAlpha), 6);

    [Fact]
    public void Slope_and_limits_are_those_of_the_sheet()
    {
        Assert.Equal(0.508300, WeightDivergence.NegativeSlope(-4), 6);
        Assert.Equal(0, WeightDivergence.Negative(60), 10);
        Assert.Equal(-20, WeightDivergence.Negative(-40), 6);
        Assert.Equal(0, WeightDivergence.NegativeSlope(1.0334), 4);
        Assert.Equal(0.547125, WeightDivergence.Negative(1.0334), 6);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Tensors_hold_the_same_values_and_slopes(string device)
    {
        using DisposeScope scope = NewDisposeScope();
        using var divergence = new WeightDivergence();
        float[] points = Numbers.Uniform(100, seed: 1, low: -8, high: 1);
        Tensor tensor = HostTensor.Create<float>(points, TestDevices.Get(device));

        double[] values = Numbers.ToDoubles(divergence.Negative(tensor)), slopes = Numbers.ToDoubles(divergence.NegativeSlope(tensor));

        for (int i = 0; i < points.Length; i++)
        {
            Assert.Equal(WeightDivergence.Negative(points[i]), values[i], 5);
            Assert.Equal(WeightDivergence.NegativeSlope(points[i]), slopes[i], 5);
            Assert.Equal((WeightDivergence.Negative(points[i] + 1e-5) - WeightDivergence.Negative(points[i] - 1e-5)) / 2e-5, WeightDivergence.NegativeSlope(points[i]), 6);
        }
    }
}
