using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Robustness;

/// <summary>Where an attack goes, on nets of any scale.</summary>
public sealed class AttackDirectionTests
{
    [Fact]
    public void A_net_whose_scale_was_shifted_between_layers_has_the_same_examples_to_the_bit()
    {
        using var bench = new AttackBench(Architecture.Mlp([16, 8]), 6, 3);
        float[] parameters = bench.Net.Parameters.ToArrays().Parameters;
        SeedBiases(parameters, bench.Net.Parameters.Layout);
        bench.Net.Parameters.Set(parameters, []);
        AttackRows rows = bench.Rows(Numbers.Uniform(300 * 6, seed: 4));
        Attack[] attacks = [Attack.Fgsm(), Attack.Fgsm(AttackNorm.L2), Attack.Pgd(restarts: 2), Attack.Pgd(norm: AttackNorm.L2), Attack.GaussianNoise(3)];
        (float[] Examples, float[] Standing)[] before = [.. attacks.Select(attack => bench.Run(attack, rows, 0.1))];

        Shift(bench.Net, [8, 0.125f, 1]);
        bench.Net.Parameters.CopyTo(parameters, []);
        (float[] Examples, float[] Standing)[] after = [.. attacks.Select(attack => bench.Run(attack, rows, 0.1))];

        Assert.Equal(before, after, (a, b) => a.Examples.SequenceEqual(b.Examples) && a.Standing.SequenceEqual(b.Standing));
        Assert.All(before, result => Assert.Contains(0f, result.Standing));
    }

    [Fact]
    public void A_net_that_is_so_sure_that_its_gradient_vanishes_in_float32_is_not_spared()
    {
        using var bench = new AttackBench(Architecture.Mlp([16]), 6, 3);
        AttackRows rows = bench.Rows(Numbers.Uniform(300 * 6, seed: 4));
        float[] expected = bench.Run(Attack.Pgd(), rows, 0.1).Standing;

        float[] parameters = bench.Net.Parameters.ToArrays().Parameters;
        foreach (ParameterSlot slot in bench.Net.Parameters.Layout.Parameters.Where(slot => slot.Name.StartsWith("head.", StringComparison.Ordinal)))
            foreach (ref float value in parameters.AsSpan(slot.Offset, slot.Length))
                value *= 1024; // probabilities are 0 and 1 in float32 now
        bench.Net.Parameters.Set(parameters, []);

        float[] actual = bench.Run(Attack.Pgd(), rows, 0.1).Standing;
        Assert.True(actual.Sum() <= expected.Sum() + 3, $"{actual.Sum()} rows stand, {expected.Sum()} do without the factor");
        Assert.InRange(expected.Sum(), 30, 270);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void The_direction_is_the_gradient_of_the_loss_up_to_a_positive_factor_for_each_row(int outputs)
    {
        TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var goal = new ClassificationGoal(outputs == 1 ? NetTask.Binary : NetTask.Multiclass);
        using Loss loss = outputs == 1 ? new BinaryCrossEntropyLoss(0) : new CrossEntropyLoss(3, 0, CPU);
        Tensor logits = Numbers.Tensor(CPU, 1, 20, outputs);
        float[] labels = [.. Enumerable.Range(0, 20).Select(i => (float)(i % Math.Max(2, outputs)))];
        Tensor targets = outputs == 1 ? tensor(labels) : tensor(Array.ConvertAll(labels, label => (long)label));
        float[] expected = FlatParameters.ToArray(loss.Gradient(logits, targets, null, zeros(1, float64)).flatten());

        float[] gradient = FlatParameters.ToArray(goal.LossGradient(logits, targets).flatten());
        float[] direction = FlatParameters.ToArray(goal.Direction(logits, targets).flatten());

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i] * 20, gradient[i], 1e-6f);
            int target = i / outputs * outputs + (outputs == 1 ? 0 : (int)labels[i / outputs]);
            Assert.Equal(expected[i] * 20, direction[i] * Math.Abs(gradient[target]), 1e-6f); // the factor is 1 - p
        }
    }

    private static void SeedBiases(float[] parameters, ParameterLayout layout)
    {
        foreach (ParameterSlot slot in layout.Parameters.Where(slot => slot.Role == ParameterRole.Bias))
            Numbers.Uniform(slot.Length, seed: slot.Offset, -0.3f, 0.3f).CopyTo(parameters, slot.Offset);
    }

    // Weights by their layer's factor, biases by the product of the factors so far.
    private static void Shift(Net net, float[] factors)
    {
        float[] parameters = net.Parameters.ToArrays().Parameters;
        string[] layers = ["layers.0", "layers.1", "head"];
        float product = 1;
        for (int i = 0; i < layers.Length; i++)
        {
            product *= factors[i];
            Scale(net.Parameters.Layout[layers[i] + ".weight"], factors[i]);
            Scale(net.Parameters.Layout[layers[i] + ".bias"], product);
        }

        net.Parameters.Set(parameters, []);

        void Scale(ParameterSlot slot, float factor)
        {
            foreach (ref float value in parameters.AsSpan(slot.Offset, slot.Length))
                value *= factor;
        }
    }
}
