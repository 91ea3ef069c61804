using CsCheck;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Regularization;

/// <summary>What shifts of scale do to penalty and task, over random shapes and scales.</summary>
public sealed class ScaleShiftPropertyTests
{
    private const double DecayCoefficient = 0.1;

    private static readonly Gen<(int Inputs, int[] Widths, int Seed, double[] Logs)> Shapes =
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 8].Array[1, 3], Gen.Int[1, 1000], Gen.Double[-1.5, 1.5].Array[4]);

    [Fact]
    public void Under_a_shift_the_ratio_of_penalty_to_task_stays_in_every_layer_and_that_of_decay_does_not() => Shapes.Sample(c =>
    {
        double[] gammas = Shift(c.Logs, c.Widths.Length + 1);
        Layer[] before = Gradients(c.Inputs, c.Widths, c.Seed, [.. gammas.Select(_ => 1.0)]);
        Layer[] after = Gradients(c.Inputs, c.Widths, c.Seed, gammas);

        for (int l = 0; l < before.Length; l++)
        {
            AssertClose(before[l].Task, after[l].Task, 1 / gammas[l]);
            AssertClose(before[l].Penalty, after[l].Penalty, 1 / gammas[l]);
            AssertClose(before[l].Decay, after[l].Decay, gammas[l]); // so against the task by γ²
        }
    }, iter: 100, threads: 1);

    [Fact]
    public void Along_each_weight_the_penalty_grows_by_lambda1_per_unit_of_log_scale_at_every_scale() => Shapes.Sample(c =>
    {
        // So a general rescaling changes it by λ₁ log Π γ, and its second term by 0.
        double[] factors = [.. c.Logs.Take(c.Widths.Length + 1).Select(Math.Exp)];
        foreach (Layer layer in Gradients(c.Inputs, c.Widths, c.Seed, factors))
            Assert.Equal(0.7, layer.Penalty.Zip(layer.Decay, (penalty, decay) => (double)penalty * decay / DecayCoefficient).Sum(), 1e-3);
    }, iter: 100, threads: 1);

    [Fact]
    public void Permuting_hidden_units_permutes_the_gradient_with_them() => Shapes.Sample(c =>
    {
        using DisposeScope scope = NewDisposeScope();
        float[] w = Numbers.Uniform(c.Inputs * c.Widths[0], c.Seed);
        float[] reversed = Reverse(w, c.Inputs);

        Assert.Equal(PenaltyGradient(w, c.Inputs, c.Widths[0]), Reverse(PenaltyGradient(reversed, c.Inputs, c.Widths[0]), c.Inputs), (a, b) => Math.Abs(a - b) < 1e-5);
    }, iter: 50, threads: 1);

    [Fact]
    public void Matched_to_a_weight_decay_it_shrinks_the_weights_at_the_same_mean_rate_at_first() => Shapes.Sample(c =>
    {
        const double Decay = 0.01;
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp(c.Widths), c.Inputs, 2, cpu);
        net.Initialize(c.Seed);
        double Shrinkage(Regularizer regularizer)
        {
            using TrainingHook hook = RegularizerSet.CreateHooks([regularizer], net)[0];
            using StepRule rule = Optimizer.Sgd(0, false).CreateRule(net.Parameters, 1);
            net.Parameters.Gradients.zero_();
            hook.AfterGradient(new StepContext(new FitContext(net, rule), null!, net.Parameters.Gradients, 1, 0));
            return (net.Parameters.Gradients * net.Parameters.Values).sum().item<float>(); // −½ d Σ‖W‖² / dt
        }

        double expected = Shrinkage(Regularizer.WeightDecay(Decay));
        Assert.Equal(expected, Shrinkage(Regularizer.ScaleShiftInvariant(99).MatchWeightDecay(Decay)), 1e-4 * expected);
    }, iter: 50, threads: 1);

    private static double[] Shift(double[] logs, int layers)
    {
        double mean = logs.Take(layers).Average();
        return [.. logs.Take(layers).Select(log => Math.Exp(log - mean))]; // their product is 1
    }

    private static Layer[] Gradients(int inputs, int[] widths, int seed, double[] gammas)
    {
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Shifted(inputs, widths, seed, gammas, cpu);
        using StepRule rule = Optimizer.Sgd(0, false).CreateRule(net.Parameters, 1);
        net.Forward(Numbers.Tensor(cpu, 1, 16, inputs), training: true);
        net.Backward(Numbers.Tensor(cpu, 2, 16, 2));
        float[] task = FlatParameters.ToArray(net.Parameters.Gradients);
        float[] Of(Regularizer regularizer)
        {
            using TrainingHook hook = RegularizerSet.CreateHooks([regularizer], net)[0];
            net.Parameters.Gradients.zero_();
            hook.AfterGradient(new StepContext(new FitContext(net, rule), null!, net.Parameters.Gradients, 0.1, 0));
            return FlatParameters.ToArray(net.Parameters.Gradients);
        }

        float[] penalty = Of(Regularizer.ScaleShiftInvariant(0.7, 0.3));
        float[] decay = Of(Regularizer.WeightDecay(DecayCoefficient));
        return [.. Weights(net).Select(slot => new Layer(Slice(task, slot), Slice(penalty, slot), Slice(decay, slot)))];
    }

    private static float[] PenaltyGradient(float[] weight, int inputs, int units)
    {
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([units]), inputs, 2, cpu);
        float[] values = Numbers.Uniform(net.Parameters.Layout.ParameterCount, seed: 4);
        weight.CopyTo(values, 0);
        net.Parameters.Set(values, []);
        using TrainingHook hook = RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant(0.7, 0.3)], net)[0];
        using StepRule rule = Optimizer.Sgd(0, false).CreateRule(net.Parameters, 1);
        hook.AfterGradient(new StepContext(new FitContext(net, rule), null!, net.Parameters.Gradients, 0.1, 0));
        return FlatParameters.ToArray(net.Parameters.Gradients)[..weight.Length];
    }

    private static Net Shifted(int inputs, int[] widths, int seed, double[] gammas, Device device)
    {
        Net net = Net.Create(Architecture.Mlp(widths), inputs, 2, device);
        float[] values = Numbers.Uniform(net.Parameters.Layout.ParameterCount, seed);
        double product = 1;
        for (int l = 0; l < gammas.Length; l++)
        {
            product *= gammas[l];
            string name = l < widths.Length ? $"layers.{l}" : "head";
            foreach (ref float value in values.AsSpan(net.Parameters.Layout[name + ".weight"].Offset, net.Parameters.Layout[name + ".weight"].Length))
                value *= (float)gammas[l];
            foreach (ref float value in values.AsSpan(net.Parameters.Layout[name + ".bias"].Offset, net.Parameters.Layout[name + ".bias"].Length))
                value *= (float)product;
        }

        net.Parameters.Set(values, []);
        return net;
    }

    private static IEnumerable<ParameterSlot> Weights(Net net) => net.Parameters.Layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight);

    private static float[] Slice(float[] flat, ParameterSlot slot) => flat.AsSpan(slot.Offset, slot.Length).ToArray();

    private static float[] Reverse(float[] rows, int width) => [.. rows.Chunk(width).Reverse().SelectMany(row => row)];

    private static void AssertClose(float[] before, float[] after, double factor)
    {
        double size = before.Max(Math.Abs) * factor + 1e-6;
        for (int i = 0; i < before.Length; i++)
            Assert.True(Math.Abs(before[i] * factor - after[i]) <= 1e-3 * size, $"{before[i] * factor} and {after[i]}");
    }

    /// <summary>Three gradients by one weight.</summary>
    private sealed record Layer(float[] Task, float[] Penalty, float[] Decay);
}
