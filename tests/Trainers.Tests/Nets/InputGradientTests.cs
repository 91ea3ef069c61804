using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets;

/// <summary>The gradient by the features, of nets as they score.</summary>
public sealed class InputGradientTests
{
    private const int Rows = 5;
    private const int Inputs = 4;
    private const int Outputs = 3;

    public static TheoryData<string, Activation, Normalization> Layers
    {
        get
        {
            var data = new TheoryData<string, Activation, Normalization>();
            foreach (string device in TestDevices.All.Select(row => row.Data))
                foreach (Activation activation in Enum.GetValues<Activation>())
                    foreach (Normalization normalization in Enum.GetValues<Normalization>())
                        data.Add(device, activation, normalization);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void It_equals_central_differences(string device, Activation activation, Normalization normalization) =>
        AssertCentralDifferences(device, Architecture.Mlp([7, 5], activation, normalization, dropout: 0.3));

    [Theory]
    [InlineData(Normalization.Batch)]
    [InlineData(Normalization.Layer)]
    public void It_equals_central_differences_with_standardised_weights(Normalization normalization) =>
        AssertCentralDifferences("cpu", Architecture.Mlp([7, 5], Activation.Tanh, normalization, weightStandardization: true));

    [Fact]
    public void A_linear_model_gives_its_weights()
    {
        using var bench = new Bench("cpu", Architecture.Mlp([]));
        float[] first = bench.InputGradient(Numbers.Uniform(Rows * Inputs, seed: 8), [.. Enumerable.Repeat(new float[] { 0, 1, 0 }, Rows).SelectMany(row => row)]);
        float[] weights = FlatParameters.ToArray(bench.Net.Parameters.Values)[Inputs..(2 * Inputs)];
        for (int row = 0; row < Rows; row++)
            Assert.Equal(weights, first[(row * Inputs)..((row + 1) * Inputs)]);
    }

    [Fact]
    public void Features_parameters_their_gradients_and_running_statistics_stay_as_they_are()
    {
        using var bench = new Bench("cpu", Architecture.Mlp([7, 5], Activation.Gelu, Normalization.Batch));
        Tensor features = Numbers.Tensor(CPU, 8, Rows, Inputs);
        float[][] before = State();

        bench.Net.InputGradient(features, outputs => ones_like(outputs));

        Assert.Equal(before, State());
        Assert.Contains(before[1], gradient => gradient != 0);

        float[][] State() =>
        [
            FlatParameters.ToArray(bench.Net.Parameters.Values), FlatParameters.ToArray(bench.Net.Parameters.Gradients),
            FlatParameters.ToArray(bench.Net.Parameters.Buffers), FlatParameters.ToArray(features.flatten()),
        ];
    }

    [Theory]
    [InlineData(Activation.Relu, Normalization.None)]
    [InlineData(Activation.Silu, Normalization.Batch)]
    public void A_training_pass_between_its_halves_is_not_disturbed(Activation activation, Normalization normalization)
    {
        using var bench = new Bench("cpu", Architecture.Mlp([7, 5], activation, normalization));
        Tensor features = Numbers.Tensor(CPU, 8, Rows, Inputs);
        float[] expected = Gradient(static () => { });

        Assert.Equal(expected, Gradient(() => bench.Net.InputGradient(features, outputs => ones_like(outputs)).Dispose()));

        float[] Gradient(Action between)
        {
            bench.Net.Forward(features, training: true);
            between();
            bench.Net.Backward(Numbers.Tensor(CPU, 9, Rows, Outputs));
            return FlatParameters.ToArray(bench.Net.Parameters.Gradients);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void It_leaves_no_tensor_but_its_result(string device, Activation activation, Normalization normalization)
    {
        using var bench = new Bench(device, Architecture.Mlp([7, 5], activation, normalization));
        Tensor features = Numbers.Tensor(TestDevices.Get(device), 8, Rows, Inputs);
        bench.Net.InputGradient(features, outputs => ones_like(outputs)).Dispose();
        using DisposeScope scope = NewDisposeScope();

        Tensor result = bench.Net.InputGradient(features, outputs => ones_like(outputs));

        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal([Rows, Inputs], result.shape);
        Assert.False(result.requires_grad);
    }

    private static void AssertCentralDifferences(string device, Architecture recipe)
    {
        using var bench = new Bench(device, recipe);
        float[] features = Numbers.Uniform(Rows * Inputs, seed: 21);
        float[] direction = Numbers.Uniform(Rows * Outputs, seed: 9);

        float[] actual = bench.InputGradient(features, direction);

        const float Step = 1f / 1024; // the seeds put no kink of an activation within reach
        for (int i = 0; i < features.Length; i++)
        {
            float[] moved = [.. features];
            moved[i] += Step;
            double above = bench.Along(moved, direction);
            moved[i] = features[i] - Step;
            double below = bench.Along(moved, direction);
            Assert.Equal((above - below) / (2 * Step), actual[i], 2e-3);
        }

        Assert.Contains(actual, value => Math.Abs(value) > 0.05);
    }

    /// <summary>A net with statistics and gradients that are not trivial.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly Device _device;
        private readonly DisposeScope _scope;
        private readonly IDisposable _noGrad;

        public Bench(string device, Architecture recipe)
        {
            _device = TestDevices.Get(device);
            _scope = NewDisposeScope();
            _noGrad = no_grad();
            Net = Net.Create(recipe, Inputs, Outputs, _device);
            Net.Initialize(seed: 11);
            Net.BeginEpoch(seed: 1, epoch: 0);
            Net.Forward(Numbers.Tensor(_device, 3, 16, Inputs), training: true);
            Net.Backward(Numbers.Tensor(_device, 4, 16, Outputs));
        }

        public Net Net { get; }

        public float[] InputGradient(float[] features, float[] direction) =>
            FlatParameters.ToArray(Net.InputGradient(AsRows(features, Inputs), _ => AsRows(direction, Outputs)).flatten());

        /// <summary>The outputs of a scoring pass along a direction, summed in double precision.</summary>
        public double Along(float[] features, float[] direction) =>
            FlatParameters.ToArray(Net.Forward(AsRows(features, Inputs), training: false).flatten()).Zip(direction, (output, weight) => (double)output * weight).Sum();

        public void Dispose()
        {
            Net.Dispose();
            _noGrad.Dispose();
            _scope.Dispose();
        }

        private Tensor AsRows(float[] values, int width) => MLExtensions.Trainers.Runtime.HostTensor.Create<float>(values, _device).reshape(Rows, width);
    }
}
