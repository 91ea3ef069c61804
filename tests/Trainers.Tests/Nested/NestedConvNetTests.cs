using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
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
        const int Step = 5;
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
