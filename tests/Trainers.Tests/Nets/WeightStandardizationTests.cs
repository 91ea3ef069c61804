using System.Text.Json;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets;

public sealed class WeightStandardizationTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Gradients_equal_those_of_autograd(string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Tensor start = Numbers.Tensor(device, 1, 5, 7);
        Tensor outputGradient = Numbers.Tensor(device, 2, 5, 7);
        using var standardizer = new WeightStandardizer(start, "layer");
        Tensor gradient = outputGradient.clone();
        Tensor standardized;
        using (no_grad())
        {
            standardized = standardizer.Standardize(training: true);
            standardizer.Backward(gradient, standardized);
        }

        Tensor w = start.detach().clone().requires_grad_();
        Tensor centred = w - w.mean([1], keepdim: true);
        Tensor plain = centred / ((centred * centred).mean([1], keepdim: true).sqrt() + tensor(1e-5f, device: device));
        plain.backward([outputGradient]);

        AssertClose(plain, standardized);
        AssertClose(w.grad!, gradient);
    }

    [Fact]
    public void A_row_of_equal_numbers_gives_zeros_and_no_nan()
    {
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor gradient = Numbers.Tensor(cpu, 1, 2, 3);
        using var standardizer = new WeightStandardizer(ones(2, 3), "layer");

        Tensor standardized = standardizer.Standardize(training: true);
        standardizer.Backward(gradient, standardized);

        Assert.All(Numbers.ToDoubles(standardized), value => Assert.Equal(0, value));
        Assert.All(Numbers.ToDoubles(gradient), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_net_with_it_learns_and_scaling_or_shifting_a_row_changes_nothing()
    {
        var recipe = (MlpArchitecture)Recipes.Get("mlp batch standardized").Recipe;
        TrainingOutcome outcome = Toy.Fit(Toy.Settings(10), recipe: recipe, contrast: true); // rows of mean 0 cannot see a plain sum
        ParameterSlot slot = ParameterLayout.Of(recipe, Toy.Width, 2)["layers.0.weight"];
        float[] shifted = [.. outcome.Parameters];
        foreach (ref float weight in shifted.AsSpan(slot.Offset, slot.Length / slot.Shape[0]))
            weight = 3 * weight + 2;
        float[] Scores(float[] parameters)
        {
            var scores = new float[2 * 50];
            new FittedNetwork(NetTask.Multiclass, recipe, Toy.Width, 2, parameters, outcome.Buffers, null!).Scorer.Score(Numbers.Uniform(50 * Toy.Width, 9), 50, scores);
            return scores;
        }

        Assert.True(outcome.Epochs[^1].ValidationMetric > 0.93, $"accuracy {outcome.Epochs[^1].ValidationMetric}");
        Assert.Equal(Scores(outcome.Parameters), Scores(shifted), (a, b) => Math.Abs(a - b) < 1e-3);
    }

    [Fact]
    public void A_recipe_saved_without_it_loads_without_it()
    {
        const string Old = """{"recipe":"mlp","Widths":[8,4],"Activation":2,"Normalization":1,"Dropout":0.25}""";

        Assert.Equal(Architecture.Mlp([8, 4], Activation.Gelu, Normalization.Batch, 0.25), JsonSerializer.Deserialize<Architecture>(Old));
    }

    [Fact]
    public void Rows_of_one_number_and_nets_without_normalisation_are_refused()
    {
        var faults = new List<string>();
        Architecture.Mlp([4], weightStandardization: true).Check(faults);
        var error = Assert.Throws<InvalidOperationException>(() =>
            Net.Create(Architecture.Mlp([4], normalization: Normalization.Batch, weightStandardization: true), 1, 2, TestDevices.Get("cpu")));

        Assert.Contains("Normalization.Batch", Assert.Single(faults), StringComparison.Ordinal);
        Assert.Contains("'layers.0'", error.Message, StringComparison.Ordinal);
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        double[] a = Numbers.ToDoubles(expected.detach().cpu());
        double[] b = Numbers.ToDoubles(actual.detach().cpu());
        for (int i = 0; i < a.Length; i++)
            Assert.Equal(a[i], b[i], 2e-5);
    }
}
