using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Tests.Scoring;

public sealed class ActivationFunctionsTests
{
    private static readonly float[] Inputs = [.. Enumerable.Range(0, 1600).Select(i => (i - 800) / 160f)];

    [Fact]
    public void Gelu_uses_the_exact_normal_distribution() => Check(Activation.Gelu, x => x * Nets.Normal(x));

    [Fact]
    public void Silu_is_x_times_the_sigmoid() => Check(Activation.Silu, x => x / (1 + Math.Exp(-x)));

    [Fact]
    public void Tanh_is_the_hyperbolic_tangent() => Check(Activation.Tanh, Math.Tanh);

    [Fact]
    public void Relu_cuts_at_zero() => Check(Activation.Relu, x => Math.Max(x, 0));

    [Fact]
    public void LeakyRelu_keeps_a_hundredth_below_zero() => Check(Activation.LeakyRelu, x => x < 0 ? 0.01 * x : x);

    [Theory]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.LeakyRelu)]
    public void Large_numbers_stay_themselves_or_vanish(Activation activation)
    {
        float[] values = new float[16];
        (values[0], values[1]) = (80, -80);

        ActivationFunctions.Apply(activation, values);

        Assert.Equal(80, values[0]);
        Assert.Equal(activation == Activation.LeakyRelu ? -0.8f : 0, values[1], 1e-6f);
    }

    private static void Check(Activation activation, Func<double, double> expected)
    {
        float[] values = [.. Inputs];
        ActivationFunctions.Apply(activation, values);
        for (int i = 0; i < values.Length; i++)
            Assert.True(Math.Abs(expected(Inputs[i]) - values[i]) < 1e-6, $"{activation}({Inputs[i]}): expected {expected(Inputs[i])}, found {values[i]}");
    }
}
