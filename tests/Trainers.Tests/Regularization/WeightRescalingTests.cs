using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Tests.Regularization;

/// <summary>The properties and numbers that weight rescaling must have; derived by hand or simulation from its definition.</summary>
public sealed class WeightRescalingTests
{
    private static readonly Architecture Recipe = Architecture.Mlp([7, 5], normalization: Normalization.Batch);

    [Theory]
    [InlineData(RescalingGranularity.OutputUnit, 1)]
    [InlineData(RescalingGranularity.OutputUnit, 10)]
    [InlineData(RescalingGranularity.Layer, 1)]
    public void Norms_are_the_target_after_a_fit(RescalingGranularity granularity, int period)
    {
        TrainingOutcome outcome = Toy.Fit(Toy.Settings() with { Regularizers = [Regularizer.WeightRescaling(period, 2, granularity)] });

        ParameterSlot slot = ParameterLayout.Of(Toy.Recipe, Toy.Width, 2)["layers.0.weight"];
        double[] norms = RowNorms(outcome.Parameters, slot);
        if (granularity == RescalingGranularity.OutputUnit)
            Assert.All(norms, norm => Assert.Equal(2, norm, 2e-6));
        else
            Assert.Equal(2 * Math.Sqrt(16), Math.Sqrt(norms.Sum(norm => norm * norm)), 1e-5);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Rescaling_leaves_the_training_function_and_a_second_time_changes_nothing(string device)
    {
        using HookBench bench = new(Recipe, Regularizer.WeightRescaling(), device);
        float[] before = bench.Outputs(training: true);

        bench.Hook.FitStart(bench.Fit, resumed: false);
        float[] after = bench.Outputs(training: true);
        float[] once = bench.Net.Parameters.ToArrays().Parameters;
        bench.Hook.FitStart(bench.Fit, resumed: false);

        AssertClose(before, after, 1e-3);
        AssertClose(once, bench.Net.Parameters.ToArrays().Parameters, 1e-6);
        Assert.NotEqual(before, after); // it did something
    }

    [Fact]
    public void A_resumed_fit_is_not_rescaled_at_its_start()
    {
        using HookBench bench = new(Recipe, Regularizer.WeightRescaling());
        float[] before = bench.Net.Parameters.ToArrays().Parameters;

        bench.Hook.FitStart(bench.Fit, resumed: true);

        Assert.Equal(before, bench.Net.Parameters.ToArrays().Parameters);
    }

    [Fact]
    public void With_a_period_the_running_statistics_go_along_so_that_the_evaluated_function_stays()
    {
        using HookBench bench = new(Recipe, Regularizer.WeightRescaling(period: 10));
        bench.Outputs(training: true);
        float[] before = bench.Outputs(training: false);

        bench.Hook.EpochEnd(bench.Fit, 0);

        AssertClose(before, bench.Outputs(training: false), 1e-4);
        Assert.All(RowNorms(bench.Net.Parameters.ToArrays().Parameters, bench.Net.Parameters.Layout["layers.0.weight"]), norm => Assert.Equal(1, norm, 1e-6));
    }

    [Fact]
    public void A_toy_step_has_its_hand_computed_result()
    {
        // L(w) = w₁ / ‖w‖ at the unit vector (0.6, 0.8): gradient (0.64, −0.48); SGD with η = 0.1, then rescaled.
        using HookBench bench = new(Architecture.Mlp([1], normalization: Normalization.Batch), Regularizer.WeightRescaling(), input: 2);
        bench.SetFirst([0.6f, 0.8f], bench.Net.Parameters.Values);
        bench.SetFirst([0.64f, -0.48f], bench.Net.Parameters.Gradients);

        bench.Step(0.1, 0);

        float[] w = bench.Net.Parameters.ToArrays().Parameters;
        Assert.Equal(0.5343, w[0], 1e-4);
        Assert.Equal(0.8453, w[1], 1e-4);
    }

    [Theory]
    [InlineData(1, 0.0996687, 1.004988)]
    [InlineData(10, 0.0955721, 1.046836)]
    [InlineData(100, 0.0732229, 1.316679)]
    [InlineData(1000, 0.0358163, 2.141084)]
    public void The_period_trades_the_turning_angle_as_simulated(int period, double meanTurn, double normBefore)
    {
        using HookBench bench = new(Architecture.Mlp([1], normalization: Normalization.Batch), Regularizer.WeightRescaling(period), input: 2);
        double x = 1, y = 0, turned = 0;
        bench.SetFirst([1, 0], bench.Net.Parameters.Values);
        for (int step = 0; step < period; step++)
        {
            double norm = Math.Sqrt(x * x + y * y);
            // A unit gradient on the unit sphere: tangent, and 1/‖w‖ long.
            bench.SetFirst([(float)(y / (norm * norm)), (float)(-x / (norm * norm))], bench.Net.Parameters.Gradients);
            if (step == period - 1)
                Assert.Equal(normBefore, Math.Sqrt(Math.Pow(x - 0.1 * y / (norm * norm), 2) + Math.Pow(y + 0.1 * x / (norm * norm), 2)), 2e-5);
            bench.Step(0.1, step);
            float[] w = bench.Net.Parameters.ToArrays().Parameters;
            double turn = Math.Atan2(w[1], w[0]) - Math.Atan2(y, x);
            turned += turn < -Math.PI ? turn + 2 * Math.PI : turn;
            (x, y) = (w[0], w[1]);
        }

        Assert.Equal(1, Math.Sqrt(x * x + y * y), 1e-6);
        Assert.Equal(meanTurn, turned / period, 2e-5);
    }

    [Fact]
    public void Gradients_are_orthogonal_to_their_rows_and_shrink_with_the_scale()
    {
        using HookBench bench = new(Recipe, Regularizer.WeightRescaling());
        ParameterSlot slot = bench.Net.Parameters.Layout["layers.0.weight"];
        float[] values = bench.Net.Parameters.ToArrays().Parameters;
        float[] gradient = bench.Gradient();
        float[] tripled = [.. values];
        foreach (ref float weight in tripled.AsSpan(slot.Offset, slot.Length))
            weight *= 3;
        bench.Net.Parameters.Set(tripled, bench.Net.Parameters.ToArrays().Buffers);
        float[] third = bench.Gradient();

        int width = slot.Length / slot.Shape[0];
        for (int row = 0; row < slot.Shape[0]; row++)
        {
            double along = 0, size = 0;
            for (int i = row * width; i < (row + 1) * width; i++)
            {
                along += values[i] * gradient[i];
                size += gradient[i] * gradient[i];
                Assert.Equal(gradient[i] / 3, third[i], 1e-4 * Math.Max(1, Math.Abs(gradient[i])));
            }

            Assert.True(Math.Abs(along) < 1e-3 * Math.Sqrt(size) + 1e-6, $"{along} of {Math.Sqrt(size)}");
        }
    }

    [Fact]
    public void The_scale_of_the_initial_weights_does_not_matter()
    {
        float[] Train(float scale)
        {
            using HookBench bench = new(Recipe, Regularizer.WeightRescaling());
            float[] values = bench.Net.Parameters.ToArrays().Parameters;
            foreach (ParameterSlot slot in bench.Net.Parameters.Layout.Parameters.Where(slot => slot.ScaleInvariance == ScaleInvarianceKind.Rows))
                foreach (ref float weight in values.AsSpan(slot.Offset, slot.Length))
                    weight *= scale;
            bench.Net.Parameters.Set(values, bench.Net.Parameters.ToArrays().Buffers);
            bench.Hook.FitStart(bench.Fit, resumed: false);
            for (int step = 0; step < 20; step++)
            {
                bench.Gradient();
                bench.Step(0.1, step);
            }

            return bench.Net.Parameters.ToArrays().Parameters;
        }

        Assert.Equal(Train(1), Train(4)); // a power of two: not even rounding differs
    }

    [Fact]
    public void Consistent_momentum_goes_with_the_gradients_of_the_rescaled_weights()
    {
        using HookBench bench = new(Architecture.Mlp([1], normalization: Normalization.Batch), Regularizer.WeightRescaling(consistentMomentum: true), input: 2, optimizer: Optimizer.Adam());
        bench.SetFirst([3, 4], bench.Net.Parameters.Values);
        bench.SetFirst([1, 2], bench.Rule.States[0]);
        bench.SetFirst([1, 2], bench.Rule.States[1]);

        bench.Hook.FitStart(bench.Fit, resumed: false);

        Assert.Equal([0.6f, 0.8f], bench.Net.Parameters.ToArrays().Parameters[..2]);
        Assert.Equal([5f, 10f], FlatParameters.ToArray(bench.Rule.States[0])[..2].Select(value => MathF.Round(value, 4)));
        Assert.Equal([25f, 50f], FlatParameters.ToArray(bench.Rule.States[1])[..2].Select(value => MathF.Round(value, 3)));
    }

    [Fact]
    public void A_row_of_zeros_is_left_alone()
    {
        using HookBench bench = new(Architecture.Mlp([2], normalization: Normalization.Batch), Regularizer.WeightRescaling(), input: 2);
        bench.SetFirst([0, 0, 3, 4], bench.Net.Parameters.Values);

        bench.Hook.FitStart(bench.Fit, resumed: false);

        Assert.Equal([0f, 0f, 0.6f, 0.8f], bench.Net.Parameters.ToArrays().Parameters[..4]);
    }

    [Fact]
    public void Weight_decay_takes_only_what_rescaling_leaves()
    {
        Regularizer[] both = [Regularizer.WeightDecay(0.1, decoupled: true), Regularizer.WeightRescaling()];
        IReadOnlyList<Regularizer> alone = RegularizerSet.Of([Regularizer.WeightRescaling()], Optimizer.Sgd());
        using Net net = Net.Create(Recipe, 4, 3, TestDevices.Get("cpu"));

        IReadOnlyList<TrainingHook> hooks = RegularizerSet.CreateHooks(both, net);

        Assert.Equal([typeof(WeightRescalingHook), typeof(WeightDecayHook)], hooks.Select(hook => hook.GetType()));
        Assert.Equal(5e-4, Assert.IsType<WeightDecayRegularizer>(alone[1]).Coefficient);
        TrainingOutcome rescaled = Toy.Fit(Toy.Settings() with { Regularizers = [Regularizer.WeightRescaling()] });
        TrainingOutcome strongDecay = Toy.Fit(Toy.Settings() with { Regularizers = [Regularizer.WeightRescaling(), Regularizer.WeightDecay(5, decoupled: true)] });
        ParameterLayout layout = ParameterLayout.Of(Toy.Recipe, Toy.Width, 2);
        double Head(TrainingOutcome outcome) => RowNorms(outcome.Parameters, layout["head.weight"]).Sum();
        Assert.True(Head(strongDecay) < 0.5 * Head(rescaled));
        Assert.All(RowNorms(strongDecay.Parameters, layout["layers.0.weight"]), norm => Assert.Equal(1, norm, 1e-6));
    }

    [Fact]
    public void A_net_without_normalisation_is_refused_with_the_cure()
    {
        using Net net = Net.Create(Architecture.Mlp([3]), 2, 2, TestDevices.Get("cpu"));

        var error = Assert.Throws<InvalidOperationException>(() => RegularizerSet.CreateHooks([Regularizer.WeightRescaling()], net));

        Assert.Contains("Mlp([3], Relu, None, dropout 0) has none", error.Message, StringComparison.Ordinal);
        Assert.Contains("normalization: Normalization.Batch", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Normalization.None)]
    [InlineData(Normalization.Batch)]
    [InlineData(Normalization.Layer)]
    public void What_a_recipe_declares_holds(Normalization normalization)
    {
        IReadOnlyList<ScaleInvarianceResult> results = ScaleInvariance.Verify(Architecture.Mlp([12, 9], Activation.Tanh, normalization, dropout: 0.1), 6, 3);

        Assert.Equal(3, results.Count);
        Assert.All(results, result => Assert.True(result.Holds, result.ToString()));
        Assert.Equal(normalization == Normalization.None ? 0 : 2, results.Count(result => result.Declared));
    }

    private static double[] RowNorms(float[] parameters, ParameterSlot slot)
    {
        int width = slot.Length / slot.Shape[0];
        return [.. Enumerable.Range(0, slot.Shape[0]).Select(row => Math.Sqrt(parameters.AsSpan(slot.Offset + row * width, width).ToArray().Sum(weight => (double)weight * weight)))];
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
