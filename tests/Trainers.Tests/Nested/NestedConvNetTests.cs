using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nested;

public sealed class NestedConvNetTests
{
    private const int Rows = 6;

    // Before a method is compiled that names torch's static fields.
    public NestedConvNetTests() => NativeTorch.EnsureLoaded();

    public static TheoryData<string> Recipes => ["convnet", "convnet, no norm", "vgg", "resnet", "cifar resnet", "cifar resnet, projection"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void An_extracted_net_is_the_masked_net(string name)
    {
        NestedNetwork network = NestedConvNets.Fitted(name);
        float[] rows = Numbers.Uniform(Rows * network.InputWidth, seed: 13);
        foreach (int step in network.Settings.Steps)
        {
            FittedNetwork small = new NestedExtraction(network, step).Extract();
            var actual = new float[Rows * NestedConvNets.Outputs];
            small.Scorer.Score(rows, Rows, actual);
            double[] expected = new MaskedConvReference(network, step).Score(rows);
            double size = Math.Max(1, expected.Max(Math.Abs));
            for (int i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-5 * size, $"step {step}: {expected[i]} against {actual[i]}");
        }

        Assert.Equal(network.Architecture, new NestedExtraction(network, network.Settings.Groups).Extract().Architecture);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void No_weight_of_a_dropped_channel_changes_an_output(string name)
    {
        NestedNetwork network = NestedConvNets.Fitted(name);
        const int Step = 4;
        int[] units = network.UnitsAt(Step);
        float[] changed = [.. network.Parameters];
        int touched = 0;
        foreach (NestedLayer layer in network.Plan.Layers.Where(layer => layer.Mask >= 0))
            foreach (string part in new[] { layer.Name + ".weight", layer.Name + ".noise", layer.Name + ".bias", layer.Norm + ".scale", layer.Norm + ".shift" })
                if (network.Layout.Parameters.FirstOrDefault(slot => slot.Name == part) is { } slot)
                {
                    int each = slot.Length / slot.Shape[0], kept = units[layer.Mask];
                    changed.AsSpan(slot.Offset + (kept * each), (slot.Shape[0] - kept) * each).Fill(99);
                    touched += slot.Shape[0] - kept;
                }

        Assert.True(touched > 0);
        float[] rows = Numbers.Uniform(Rows * network.InputWidth, seed: 2);
        NestedNetwork other = network with { Parameters = changed };
        Assert.Equal(Scores(network), Scores(other));
        Assert.Equal(new MaskedConvReference(network, Step).Score(rows), new MaskedConvReference(other, Step).Score(rows));

        float[] Scores(NestedNetwork net)
        {
            SampledScorer scorer = SampledScorer.Create(net, Step, 2, weightNoise: true);
            var outputs = new float[Rows * scorer.OutputWidth];
            scorer.Score(rows, Rows, outputs);
            return outputs;
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Open_gates_and_no_noise_make_it_the_plain_net(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedConvNet nested = NestedConvNets.Create(name);
        using Net plain = Net.Create(NestedConvNets.Recipe(name), NestedConvNets.InputOf(name), NestedConvNets.Outputs, CPU);
        (float[] values, float[] buffers) = nested.Parameters.ToArrays();
        foreach (ParameterSlot slot in nested.Parameters.Layout.Parameters)
            if (slot.Role is ParameterRole.Gate or ParameterRole.WeightNoise)
                values.AsSpan(slot.Offset, slot.Length).Fill(slot.Role == ParameterRole.Gate ? 60 : -60);
        nested.Parameters.Set(values, buffers);
        plain.Parameters.Set(values.AsSpan(0, plain.Parameters.Layout.ParameterCount), plain.Parameters.ToArrays().Buffers);
        Tensor features = Numbers.Tensor(CPU, 3, 16, nested.InputWidth), gradient = Numbers.Tensor(CPU, 4, 16, NestedConvNets.Outputs);

        double[] expected = Numbers.ToDoubles(plain.Forward(features, training: true)), actual = Numbers.ToDoubles(nested.Forward(features, training: true));
        plain.Backward(gradient.clone());
        nested.Backward(gradient.clone());

        float[] expectedGradient = FlatParameters.ToArray(plain.Parameters.Gradients), gradients = FlatParameters.ToArray(nested.Parameters.Gradients);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 2e-4);
        double size = expectedGradient.Max(Math.Abs);
        for (int i = 0; i < expectedGradient.Length; i++)
            Assert.Equal(expectedGradient[i], gradients[i], 2e-3 * size);
    }

    [Fact]
    public void The_stream_of_a_residual_stage_shares_one_mask()
    {
        NestedPlan plan = NestedPlan.Of(NestedConvNets.Recipe("cifar resnet, projection"), NestedConvNets.Input, 3);

        Assert.Equal(plan["conv1"].Mask, plan["layer1.0.conv2"].Mask);
        Assert.NotEqual(plan["conv1"].Mask, plan["layer1.0.conv1"].Mask);
        Assert.Equal(plan["layer1.0.conv1"].Mask, plan["layer1.0.conv2"].InputMask);
        Assert.Equal(plan["layer2.0.conv2"].Mask, plan["layer2.0.downsample.0"].Mask);
        Assert.NotEqual(plan["conv1"].Mask, plan["layer2.0.conv2"].Mask);
        Assert.Equal(plan["conv1"].Mask, plan["layer2.0.downsample.0"].InputMask);
        Assert.Equal([16, 16, 32, 32, 64, 64], plan.Masks.Order());
        Assert.Equal(plan["layer3.0.conv2"].Mask, plan["head"].InputMask);
        Assert.Equal(-1, plan["head"].Mask);
    }

    [Fact]
    public void A_draw_has_mean_and_variance_of_the_convolutions_of_x_and_its_square()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedConvNet net = NestedConvNets.Create("convnet, no norm");
        using var layers = new NestedConvLayers(net.Parameters, net.Plan, net.Masks, net.Settings, new Generator(3));
        ConvSpec conv = ((ConvArchitecture)net.Architecture).Describe(net.Input).Weighted.OfType<ConvSpec>().First();
        Tensor x = Numbers.Tensor(CPU, 6, 1, net.InputWidth).reshape(1, 2, 8, 8);
        layers.UseWidth(net.Settings.Groups);

        Tensor drawn = layers.Convolve(conv, x.expand(4000, 2, 8, 8).contiguous());

        Tensor weight = Kernel(".weight"), alpha = Kernel(".noise").exp();
        Tensor mean = nn.functional.conv2d(x, weight, net.Parameters.ValueOf(net.Parameters.Layout[conv.Name + ".bias"]), padding: [1, 1]);
        Tensor variance = nn.functional.conv2d(x.square(), alpha.mul(weight.square()), padding: [1, 1]);
        Assert.True(drawn.mean([0L]).sub(mean[0]).div(variance[0].sqrt()).abs().max().item<float>() < 5 / Math.Sqrt(4000));
        Assert.True(drawn.var([0L]).div(variance[0]).sub(1).abs().max().item<float>() < .15f);

        Tensor Kernel(string part) => net.Parameters.ValueOf(net.Parameters.Layout[conv.Name + part]).permute(0, 3, 1, 2);
    }

    [Fact]
    public void The_gradient_of_gates_is_that_of_the_masked_activations_whatever_was_drawn()
    {
        // With a linear loss of one layer's activations the mask's gradient is known: for each channel the sum of gradient times activation before the mask.
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedConvNet net = NestedConvNets.Create("convnet");
        using var layers = new NestedConvLayers(net.Parameters, net.Plan, net.Masks, net.Settings, new Generator(3));
        ConvSpec conv = ((ConvArchitecture)net.Architecture).Describe(net.Input).Weighted.OfType<ConvSpec>().First();
        Tensor x = Numbers.Tensor(CPU, 6, 5, net.InputWidth).reshape(5, 2, 8, 8), weights = Numbers.Tensor(CPU, 7, 5, 8 * 64).reshape(5, 8, 8, 8);
        ParameterSlot gates = net.Parameters.Layout[NestedLayout.GatesOf(0)];
        Tensor means = layers.Convolve(conv, x);
        for (int seed = 1; seed <= 4; seed++)
        {
            layers.Draw(SeededRandom.Derive(seed));
            Tensor seen, masked;
            using (enable_grad())
            {
                Tensor y = layers.Convolve(conv, x);
                seen = y.detach();
                masked = layers.Mask(conv, y);
            }

            int kept = net.Masks[0].Kept;
            Assert.True(seen.narrow(1, kept, 8 - kept).sub(means.narrow(1, kept, 8 - kept)).abs().sum().item<float>() < 1e-3); // what is dropped is not drawn
            Assert.Equal(kept, masked.abs().sum([0L, 2L, 3L]).count_nonzero().item<long>());
            masked.backward([weights]);
            layers.BackwardMasks();
            float[] actual = FlatParameters.ToArray(net.Parameters.GradientOf(gates));
            net.Masks[0].Backward(weights.mul(seen).sum([0L, 2L, 3L]));
            float[] expected = FlatParameters.ToArray(net.Parameters.GradientOf(gates));
            Assert.True(expected.Max(Math.Abs) > 1e-3);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 1e-3f * expected.Max(Math.Abs));
        }
    }

    [Theory]
    [InlineData("convnet, no norm")]
    [InlineData("convnet")]
    [InlineData("cifar resnet")]
    public void The_backward_pass_is_that_of_finite_differences_under_the_same_draws(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedConvNet net = NestedConvNets.Create(name);
        using var loss = new CrossEntropyLoss(NestedConvNets.Outputs, 0, CPU);
        Tensor features = Numbers.Tensor(CPU, 21, 12, net.InputWidth), targets = arange(12).remainder(3).to(int64);
        Loss(out Tensor gradient);
        net.Backward(gradient);
        float[] analytic = FlatParameters.ToArray(net.Parameters.Gradients);
        (float[] values, float[] buffers) = net.Parameters.ToArrays();
        var failures = new List<string>();
        int count = 0;
        foreach (ParameterSlot slot in net.Parameters.Layout.Parameters.Where(slot => slot.Role != ParameterRole.Gate)) // gates move masks in jumps
            for (int i = 0; i < slot.Length; i += Math.Max(1, slot.Length / 3), count++)
            {
                double numeric = (At(slot.Offset + i, 2e-3f) - At(slot.Offset + i, -2e-3f)) / 4e-3;
                if (Math.Abs(numeric - analytic[slot.Offset + i]) > 3e-3 + (.03 * Math.Abs(numeric)))
                    failures.Add($"{slot.Name}[{i}]: {analytic[slot.Offset + i]} against {numeric}");
            }

        Assert.True(failures.Count <= count / 50, string.Join("\n", failures)); // a step may cross a kink of ReLU or a tie of max-pooling

        double At(int index, float shift)
        {
            float[] moved = [.. values];
            moved[index] += shift;
            net.Parameters.Set(moved, buffers);
            return Loss(out _);
        }

        double Loss(out Tensor byOutputs)
        {
            net.BeginEpoch(5, 1);
            Tensor outputs = net.Forward(features, training: true);
            Tensor leaf = outputs.detach().requires_grad_();
            Tensor total;
            using (enable_grad())
                total = nn.functional.cross_entropy(leaf, targets);
            total.backward();
            byOutputs = leaf.grad!;
            return total.item<float>();
        }
    }
}
