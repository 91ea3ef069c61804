using CsCheck;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets;

/// <summary>No two rows are mapped further apart than the bound times their distance, which is what a bound on the gradient says.</summary>
public sealed class InputGradientBoundTests
{
    private static readonly Gen<(int[] Widths, int Inputs, int Outputs, Activation Activation, int Kind, double Scale, int Seed)> Cases = Gen.Select(
        Gen.Int[1, 12].Array[0, 3], Gen.Int[2, 8], Gen.Int[1, 5], Gen.Enum<Activation>(), Gen.Int[0, 2], Gen.Double[0.05, 5], Gen.Int[1, 1000]);

    [Fact]
    public void It_holds_on_random_nets()
    {
        TestDevices.Get("cpu");
        Cases.Sample(c =>
        {
            int[] widths = [.. c.Widths.Select(width => c.Kind == 2 ? width + 1 : width)];
            Architecture recipe = Architecture.Mlp(widths, c.Activation, c.Kind == 0 ? Normalization.None : Normalization.Batch, weightStandardization: c.Kind == 2 && widths.Length > 0);
            FittedNetwork net = RecipeTests.Random(recipe, c.Inputs, c.Outputs);
            ParameterLayout layout = ParameterLayout.Of(recipe, c.Inputs, c.Outputs);
            float[] parameters = [.. Numbers.Uniform(layout.ParameterCount, c.Seed).Select(value => (float)(value * c.Scale))];
            net = net with { Parameters = parameters };
            double bound = Math.Exp(InputGradientBound.Log(recipe, layout, parameters, net.Buffers));
            Assert.True(LargestSlope(net, c.Seed) <= bound * (1 + 1e-3) + 1e-6, $"{recipe}: {LargestSlope(net, c.Seed)} above {bound}");
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_linear_net_of_rank_1_reaches_it()
    {
        Architecture recipe = Architecture.Mlp([]);
        float[] parameters = [1, 2, 2, 2, 4, 4, 0, 0]; // rows (1,2,2) and twice that: norm √45, and the gradient along (1,2,2)
        double bound = Math.Exp(InputGradientBound.Log(recipe, ParameterLayout.Of(recipe, 3, 2), parameters, []));
        FittedNetwork net = RecipeTests.Random(recipe, 3, 2) with { Parameters = parameters };
        float[] rows = [0, 0, 0, 1 / 3f, 2 / 3f, 2 / 3f];
        var outputs = new float[4];
        net.Scorer.Score(rows, 2, outputs);

        Assert.Equal(Math.Sqrt(45), bound, 1e-6);
        Assert.Equal(bound, Math.Sqrt(outputs[2] * outputs[2] + outputs[3] * outputs[3]), 1e-5);
    }

    [Fact]
    public void Nets_with_layer_normalisation_have_none()
    {
        Architecture recipe = Architecture.Mlp([4], normalization: Normalization.Layer);
        ParameterLayout layout = ParameterLayout.Of(recipe, 3, 2);

        Assert.Equal(double.PositiveInfinity, InputGradientBound.Log(recipe, layout, new float[layout.ParameterCount], []));
    }

    [Fact]
    public void A_residual_block_is_bounded_by_one_more_than_the_product_of_its_norms() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Double[0.05, 3], Gen.Int[1, 1000]).Sample(c =>
    {
        (int inputs, int units, double scale, int seed) = c;
        Architecture recipe = Architecture.Mlp([units]);
        ParameterLayout layout = ParameterLayout.Of(recipe, inputs, inputs);
        float[] parameters = [.. Numbers.Uniform(layout.ParameterCount, seed).Select(value => (float)(value * scale))];
        FittedNetwork block = RecipeTests.Random(recipe, inputs, inputs) with { Parameters = parameters };
        double[] norms = [Norm(parameters, layout["layers.0.weight"]), Norm(parameters, layout["head.weight"])];

        Assert.True(LargestSlope(block, seed, skip: true) <= Math.Exp(new WeightNorms(norms).LogResidualBound) * (1 + 1e-3));
    }, iter: 100, threads: 1);

    [Fact]
    public void A_convolution_is_bounded_by_the_root_of_its_window_times_its_kernels_norm() => Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[0, 1], Gen.Int[1, 1000]).Sample(c =>
    {
        (int channels, int kernels, int reach, int seed) = c;
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        int size = 2 * reach + 1;
        Tensor kernel = Numbers.Tensor(cpu, seed, kernels, channels, size, size);
        Tensor x = Numbers.Tensor(cpu, seed + 1, 1, channels, 8, 8);
        double norm = 0;
        for (int i = 0; i < 60; i++) // power iteration on the convolution and its transpose
        {
            x = x / x.norm();
            Tensor y = nn.functional.conv2d(x, kernel, padding: [reach, reach]);
            norm = y.norm().item<float>();
            x = nn.functional.conv_transpose2d(y, kernel, padding: [reach, reach]);
        }

        Tensor matrix = kernel.reshape(kernels, -1);
        double frobenius = matrix.norm().item<float>();
        double largest = linalg.svdvals(matrix).max().item<float>();
        Assert.True(norm <= InputGradientBound.Convolution(largest, size, size) * (1 + 1e-4), $"{norm}");
        Assert.True(InputGradientBound.Convolution(largest, size, size) <= InputGradientBound.Convolution(frobenius, size, size) * (1 + 1e-4));
        Assert.True(norm > 0);
    }, iter: 30, threads: 1);

    private static double LargestSlope(FittedNetwork net, int seed, bool skip = false)
    {
        const int Pairs = 20;
        float[] from = Numbers.Uniform(Pairs * net.InputWidth, seed + 1, -2, 2);
        float[] step = Numbers.Uniform(Pairs * net.InputWidth, seed + 2, -0.1f, 0.1f);
        float[] to = [.. from.Zip(step, (a, b) => a + b)];
        var first = new float[Pairs * net.OutputWidth];
        var second = new float[Pairs * net.OutputWidth];
        net.Scorer.Score(from, Pairs, first);
        net.Scorer.Score(to, Pairs, second);
        double largest = 0;
        for (int pair = 0; pair < Pairs; pair++)
        {
            double moved = 0, distance = 0;
            for (int i = 0; i < net.InputWidth; i++)
                distance += Math.Pow((double)to[pair * net.InputWidth + i] - from[pair * net.InputWidth + i], 2);
            for (int i = 0; i < net.OutputWidth; i++)
            {
                int at = pair * net.OutputWidth + i;
                moved += Math.Pow((double)second[at] - first[at] + (skip ? (double)to[at] - from[at] : 0), 2);
            }

            largest = Math.Max(largest, (Math.Sqrt(moved) - 1e-5) / Math.Sqrt(distance)); // less rounding
        }

        return largest;
    }

    private static double Norm(float[] parameters, ParameterSlot slot) => Math.Sqrt(parameters.AsSpan(slot.Offset, slot.Length).ToArray().Sum(weight => (double)weight * weight));
}
