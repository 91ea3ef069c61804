using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Regularization;

/// <summary>The properties and numbers that the penalty must have; W₁ = [[1,2],[0,−2]] and W₂ = [[3,0],[0,4]] have norms 3 and 5.</summary>
public sealed class ScaleShiftInvariantTests
{
    private static readonly float[] W1 = [1, 2, 0, -2];
    private static readonly float[] W2 = [3, 0, 0, 4];

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void The_gradient_of_the_log_norms_has_its_hand_computed_value(string device)
    {
        float[] gradient = Gradient(Regularizer.ScaleShiftInvariant(lambda1: 1), 1, 1, device);

        AssertClose([1 / 9f, 2 / 9f, 0, -2 / 9f, 0.12f, 0, 0, 0.16f], gradient[..8]);
        Assert.All(gradient[8..], value => Assert.Equal(0, value)); // biases
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void The_gradient_of_the_directions_has_its_hand_computed_value(string device)
    {
        float[] gradient = Gradient(Regularizer.ScaleShiftInvariant(lambda1: 0, lambda2: 1), 1, 1, device);

        AssertClose([0.148148f, -0.037037f, 0, 0.037037f, 0.032f, 0, 0, -0.024f], gradient[..8]);
        AssertClose([.. gradient[..8].Select(value => value / 2)], Gradient(Regularizer.ScaleShiftInvariant(0, 1, normalizedDirection: true), 1, 1, device)[..8]);
    }

    [Fact]
    public void The_gradient_equals_finite_differences()
    {
        Regularizer regularizer = Regularizer.ScaleShiftInvariant(lambda1: 0.7, lambda2: 0.3);
        float[] gradient = Gradient(regularizer, 1, 1);

        for (int i = 0; i < 8; i++)
        {
            if (W1.Concat(W2).ElementAt(i) == 0)
                continue; // a kink of the L1 norm
            double Value(double change)
            {
                double[] all = [.. W1.Concat(W2).Select(weight => (double)weight)];
                all[i] += change;
                return new[] { all[..4], all[4..] }.Sum(w =>
                {
                    double n = Math.Sqrt(w.Sum(x => x * x));
                    return 0.7 * Math.Log(n) + 0.3 * w.Sum(Math.Abs) / n;
                });
            }

            Assert.Equal((Value(1e-5) - Value(-1e-5)) / 2e-5, gradient[i], 1e-5);
        }
    }

    [Theory]
    [InlineData(2f, 0.5f)]
    [InlineData(0.25f, 4f)]
    public void A_shift_of_scale_divides_each_layers_gradient_by_its_factor_as_it_does_the_tasks(float first, float second)
    {
        Regularizer regularizer = Regularizer.ScaleShiftInvariant(lambda1: 0.7, lambda2: 0.3);
        float[] before = Gradient(regularizer, 1, 1);
        float[] after = Gradient(regularizer, first, second);

        for (int i = 0; i < 8; i++)
            Assert.Equal(before[i] / (i < 4 ? first : second), after[i], 1e-6);
    }

    [Fact]
    public void A_shift_leaves_the_function_if_biases_follow_the_product_of_the_factors_so_far()
    {
        TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([4, 4]), 3, 2, CPU);
        float[] values = Numbers.Uniform(net.Parameters.Layout.ParameterCount, seed: 8);
        Tensor x = Numbers.Tensor(CPU, 1, 20, 3);
        float[] Outputs(float[] gammas, Func<int, float> biasFactor)
        {
            float[] shifted = [.. values];
            string[] layers = ["layers.0", "layers.1", "head"];
            for (int l = 0; l < 3; l++)
            {
                Scale(shifted, net.Parameters.Layout[layers[l] + ".weight"], gammas[l]);
                Scale(shifted, net.Parameters.Layout[layers[l] + ".bias"], biasFactor(l));
            }

            net.Parameters.Set(shifted, []);
            return FlatParameters.ToArray(net.Forward(x, training: false).flatten());
        }

        float[] expected = Outputs([1, 1, 1], _ => 1);
        float[] gammas = [2, 0.25f, 2];
        Assert.Equal(expected, Outputs(gammas, l => gammas[..(l + 1)].Aggregate((a, b) => a * b))); // powers of two: exactly
        float[] wrong = Outputs(gammas, l => gammas[l]);
        Assert.True(expected.Zip(wrong, (a, b) => Math.Abs(a - b)).Max() > 0.1); // the rule b = γ b̃ of one layer only
    }

    [Fact]
    public void Coefficients_of_0_give_the_bits_of_a_fit_without()
    {
        LoopSettings settings = Toy.Settings() with { Regularizers = [] };

        Assert.Equal(Toy.Fit(settings).Parameters, Toy.Fit(settings with { Regularizers = [Regularizer.ScaleShiftInvariant(0)] }).Parameters);
        Assert.NotEqual(Toy.Fit(settings).Parameters, Toy.Fit(settings with { Regularizers = [Regularizer.ScaleShiftInvariant(1e-2)] }).Parameters);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_task_squared_norms_fall_linearly_by_twice_lambda_alike_in_every_layer(bool decoupled)
    {
        using DisposeScope scope = NewDisposeScope();
        (Net net, StepRule rule, TrainingHook hook) = Make(Regularizer.ScaleShiftInvariant(lambda1: 0.1, decoupled: decoupled), "cpu");
        const double Rate = 0.01;
        const int Steps = 1000;
        using (no_grad())
            for (int i = 0; i < Steps; i++)
            {
                net.Parameters.Gradients.zero_();
                StepContext step = Context(net, rule, Rate, i);
                hook.AfterGradient(step);
                rule.Step(Rate);
                hook.AfterStep(step);
            }

        float[] values = net.Parameters.ToArrays().Parameters;
        Assert.Equal(9 - 2 * 0.1 * Rate * Steps, values[..4].Sum(w => (double)w * w), 1e-2);
        Assert.Equal(25 - 2 * 0.1 * Rate * Steps, values[4..8].Sum(w => (double)w * w), 1e-2);
        Dispose(net, rule, hook);
    }

    [Fact]
    public void Activations_that_are_not_homogeneous_are_refused_unless_allowed()
    {
        using Net net = Net.Create(Architecture.Mlp([3], Activation.Gelu), 2, 2, TestDevices.Get("cpu"));

        var error = Assert.Throws<InvalidOperationException>(() => RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant()], net));

        Assert.Contains("Gelu", error.Message, StringComparison.Ordinal);
        Assert.Contains("allowApproximate", error.Message, StringComparison.Ordinal);
        Assert.Single(RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant(allowApproximate: true)], net));
    }

    [Fact]
    public void Rescaling_and_the_penalty_share_the_weights_of_a_net_between_them()
    {
        TrainingOutcome outcome = Toy.Fit(Toy.Settings() with { Regularizers = [Regularizer.ScaleShiftInvariant(0.05), Regularizer.WeightRescaling()] });

        ParameterSlot slot = ParameterLayout.Of(Toy.Recipe, Toy.Width, 2)["layers.0.weight"];
        for (int row = 0; row < slot.Shape[0]; row++)
            Assert.Equal(1, Math.Sqrt(outcome.Parameters.AsSpan(row * Toy.Width, Toy.Width).ToArray().Sum(w => (double)w * w)), 1e-6);
    }

    private static float[] Gradient(Regularizer regularizer, float first, float second, string device = "cpu")
    {
        using DisposeScope scope = NewDisposeScope();
        (Net net, StepRule rule, TrainingHook hook) = Make(regularizer, device, first, second);
        using (no_grad())
            hook.AfterGradient(Context(net, rule, 0.1, 0));
        float[] gradient = FlatParameters.ToArray(net.Parameters.Gradients);
        Dispose(net, rule, hook);
        return gradient;
    }

    private static (Net Net, StepRule Rule, TrainingHook Hook) Make(Regularizer regularizer, string deviceName, float first = 1, float second = 1)
    {
        Device device = TestDevices.Get(deviceName);
        Net net = Net.Create(Architecture.Mlp([2]), 2, 2, device);
        var values = new float[net.Parameters.Layout.ParameterCount];
        W1.Select(weight => weight * first).Concat(W2.Select(weight => weight * second)).ToArray().CopyTo(values, 0);
        net.Parameters.Set(values, []);
        StepRule rule = Optimizer.Sgd(0, false).CreateRule(net.Parameters, 1);
        return (net, rule, RegularizerSet.CreateHooks([regularizer], net)[0]);
    }

    private static StepContext Context(Net net, StepRule rule, double rate, long step)
    {
        Tensor none = zeros(1, 2, device: net.Parameters.Device);
        return new StepContext(new FitContext(net, rule), new Batch(none, none, null), none, rate, step);
    }

    private static void Dispose(Net net, StepRule rule, TrainingHook hook)
    {
        hook.Dispose();
        rule.Dispose();
        net.Dispose();
    }

    private static void Scale(float[] values, ParameterSlot slot, float factor)
    {
        foreach (ref float value in values.AsSpan(slot.Offset, slot.Length))
            value *= factor;
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }
}
