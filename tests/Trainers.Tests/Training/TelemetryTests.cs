using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class TelemetryTests
{
    private static readonly bool[] LastIsZero = [false, false, false, true];

    [Theory]
    [MemberData(nameof(Recipes.OfVectors), MemberType = typeof(Recipes))]
    public void Every_epoch_of_every_perceptron_has_finite_numbers_and_the_bound_holds(string name)
    {
        Architecture recipe = Recipes.Get(name).Recipe;

        TrainingOutcome outcome = Toy.Fit(Toy.Settings() with { Telemetry = true, ZeroFeatures = new bool[4] }, recipe: recipe);

        foreach (EpochTelemetry telemetry in outcome.Epochs.Select(epoch => epoch.Telemetry!))
        {
            Assert.Equal(ParameterLayout.Of(recipe, 4, 2).Parameters.Count(slot => slot.Role == ParameterRole.Weight), telemetry.Layers.Count);
            Assert.All(telemetry.Layers, layer => Assert.True(layer.Norm > 0 && layer.GradientNorm > 0 && layer.EffectiveLearningRate > 0 && layer.TurningAngle is > 0 and < Math.PI, layer.ToString()));
            Assert.Equal(telemetry.Layers.Sum(layer => Math.Log(layer.Norm)), telemetry.LogIntrinsicNorm, 1e-9);
            Assert.True(telemetry.BalancedWeightDecayValue <= telemetry.WeightDecayValue * (1 + 1e-12));
            Assert.True(telemetry.MeanInputGradientNorm > 0 && telemetry.MeanInputGradientNorm <= telemetry.InputGradientBound, telemetry.ToString());
            Assert.Equal(0, telemetry.ShareOutsideInputs);
        }
    }

    [Fact]
    public void It_does_not_change_the_fit_and_is_off_when_not_asked_for()
    {
        TrainingOutcome with = Toy.Fit(Toy.Settings() with { Telemetry = true });
        TrainingOutcome without = Toy.Fit(Toy.Settings());

        Assert.Equal(without.Parameters, with.Parameters);
        Assert.All(without.Epochs, epoch => Assert.Null(epoch.Telemetry));
    }

    [Fact]
    public void Norms_angles_and_rates_are_those_of_the_weights()
    {
        using var bench = new Bench(Architecture.Mlp([2], normalization: Normalization.Batch));
        float[] start = [3, 4, 0, 0, 1, 0, 0, 0];
        float[] end = [4, -3, 0, 0, 1, 1, 0, 0]; // rows turned by 90° and 45°
        bench.Set(start);
        bench.Before.Take(bench.Net.Parameters);
        bench.Set(end);
        bench.SetGradient([3, 0, 0, 0, 0, 0, 0, 4]);

        EpochTelemetry telemetry = bench.Measure(LastIsZero);

        LayerTelemetry first = telemetry.Layers[0];
        Assert.Equal("layers.0.weight", first.Weight);
        Assert.Equal(Math.Sqrt(27), first.Norm, 1e-6);
        Assert.Equal(5, first.GradientNorm, 1e-6);
        Assert.Equal(0.1 / 13.5, first.EffectiveLearningRate, 1e-9); // mean of 25 and 2
        Assert.Equal((Math.PI / 2 + Math.PI / 4) / 2, first.TurningAngle, 1e-6);
    }

    [Fact]
    public void A_weight_with_one_scale_turns_as_a_whole()
    {
        using var bench = new Bench(Architecture.Mlp([2]));
        bench.Set([1, 0, 0, 0, 0, 0, 0, 0]);
        bench.Before.Take(bench.Net.Parameters);
        bench.Set([1, 0, 0, 0, 0, 0, 0, 1]);

        EpochTelemetry telemetry = bench.Measure(LastIsZero);

        Assert.Equal(Math.PI / 4, telemetry.Layers[0].TurningAngle, 1e-6);
        Assert.Equal(0.1 / 2, telemetry.Layers[0].EffectiveLearningRate, 1e-9);
        Assert.Equal(0.5, telemetry.ShareOutsideInputs, 1e-9);
    }

    [Fact]
    public void The_share_outside_the_inputs_is_unknown_without_their_statistics()
    {
        using var bench = new Bench(Architecture.Mlp([2]));
        bench.Before.Take(bench.Net.Parameters);

        Assert.True(double.IsNaN(bench.Measure([]).ShareOutsideInputs));
    }

    [Fact]
    public void The_measured_input_gradient_is_that_of_each_rows_own_loss()
    {
        // A linear net with one output for class 0 and none for class 1: gradient of the loss by x is (softmax − onehot) W.
        using var bench = new Bench(Architecture.Mlp([]));
        bench.Set([2, 0, 0, 0, 0, 0, 0, 0]);
        bench.Before.Take(bench.Net.Parameters);
        double Expected(float x) => 2 * (1 - 1 / (1 + Math.Exp(-2.0 * x)));

        EpochTelemetry telemetry = bench.Measure([], [1f, 0, 0, 0, -0.5f, 0, 0, 0]);

        Assert.Equal((Expected(1) + Expected(-0.5f)) / 2, telemetry.MeanInputGradientNorm, 1e-5);
        Assert.Equal(2 * Math.Sqrt(2), telemetry.InputGradientBound, 1e-6);
    }

    /// <summary>A net of 4 features and 2 classes whose first weights are given.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly Device _device = TestDevices.Get("cpu");
        private readonly CrossEntropyLoss _loss;

        public Bench(Architecture recipe)
        {
            Net = Net.Create(recipe, 4, 2, _device);
            Net.Initialize(1);
            _loss = new CrossEntropyLoss(2, 0, _device);
        }

        public Net Net { get; }

        public WeightSnapshot Before { get; } = new();

        public void Set(float[] first) => FlatParameters.CopyFrom(Net.Parameters.Values, Padded(first));

        public void SetGradient(float[] first) => FlatParameters.CopyFrom(Net.Parameters.Gradients, Padded(first));

        public EpochTelemetry Measure(bool[] zeroFeatures, float[]? rows = null)
        {
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor x = rows is null ? Numbers.Tensor(_device, 1, 8, 4) : tensor(rows).reshape(-1, 4);
            return new TelemetryRecorder(Net, _loss, zeroFeatures).Measure(Before, 0.1, new Batch(x, zeros(x.shape[0], int64), null));
        }

        public void Dispose()
        {
            Net.Dispose();
            _loss.Dispose();
        }

        private float[] Padded(float[] first)
        {
            var all = new float[Net.Parameters.Layout.ParameterCount];
            first.CopyTo(all, 0);
            if (Net.Parameters.Layout.BufferCount > 0)
                all.AsSpan(first.Length).Fill(1);
            return all;
        }
    }
}
