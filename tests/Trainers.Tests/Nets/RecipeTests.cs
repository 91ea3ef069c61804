using System.Text.Json;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Tests.Regularization;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets;

/// <summary>What holds for every recipe; see <see cref="Recipes"/>.</summary>
public sealed class RecipeTests
{
    [Theory]
    [MemberData(nameof(Recipes.WithPictures), MemberType = typeof(Recipes))]
    public void What_it_declares_of_its_weights_scales_holds(string name)
    {
        (Architecture recipe, InputShape inputs, int outputs) = Recipes.Shaped(name);
        using IDisposable threads = TorchThreads.Use(1);

        IReadOnlyList<ScaleInvarianceResult> results = ScaleInvariance.Verify(recipe, inputs, outputs);

        Assert.All(results, result => Assert.True(result.Holds, result.ToString()));
        Assert.Equal(recipe.IsNormalized, results.Any(result => result.Declared));
    }

    [Fact]
    public void Mobilenets_declare_it_rightly_too() // not in the list: units that are nearly always 0 feel the normalisation's ε
    {
        IReadOnlyList<ScaleInvarianceResult> results = ScaleInvariance.Verify(Architecture.MobileNetV2(0.1, dropout: 0), InputShape.Image(2, 8, 8), 3);

        Assert.All(results, result => Assert.True(result.Holds, result.ToString()));
    }

    [Theory]
    [MemberData(nameof(Recipes.WithPictures), MemberType = typeof(Recipes))]
    public void It_survives_json(string name)
    {
        Architecture recipe = Recipes.Shaped(name).Recipe;

        Architecture? loaded = JsonSerializer.Deserialize<Architecture>(JsonSerializer.Serialize(recipe));

        Assert.Equal(recipe, loaded);
        Assert.Equal(recipe.GetHashCode(), loaded!.GetHashCode());
    }

    [Theory]
    [MemberData(nameof(Recipes.All), MemberType = typeof(Recipes))]
    public void The_scorer_gives_what_the_net_gives(string name)
    {
        (Architecture recipe, InputShape inputs, int outputs) = Recipes.Get(name);
        FittedNetwork fitted = Random(recipe, inputs, outputs);
        float[] rows = Numbers.Uniform(20 * inputs.Length, seed: 3);
        var scores = new float[20 * outputs];

        fitted.Scorer.Score(rows, 20, scores);

        float[] expected = Outputs(fitted, rows);
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(expected[i], scores[i], 1e-4 * Math.Max(1, Math.Abs(expected[i])));
    }

    [Theory]
    [MemberData(nameof(Recipes.NormalizedWithPictures), MemberType = typeof(Recipes))]
    public void Rescaling_leaves_what_it_computes_in_training_and_when_scoring(string name)
    {
        (Architecture recipe, InputShape inputs, _) = Recipes.Shaped(name);
        using IDisposable threads = TorchThreads.Use(1);
        using HookBench bench = new(recipe, Regularizer.WeightRescaling(period: 10), input: inputs);
        bench.Outputs(training: true); // running statistics that are not those of the start
        float[] scored = bench.Outputs(training: false);
        bench.Net.BeginEpoch(seed: 1, epoch: 0);
        float[] trained = bench.Outputs(training: true);
        bench.Outputs(training: true);
        scored = bench.Outputs(training: false);

        bench.Hook.EpochEnd(bench.Fit, 0);

        AssertClose(scored, bench.Outputs(training: false));
        bench.Net.BeginEpoch(seed: 1, epoch: 0);
        AssertClose(trained, bench.Outputs(training: true));
    }

    [Theory]
    [MemberData(nameof(Recipes.NormalizedWithPictures), MemberType = typeof(Recipes))]
    public void Gradients_are_orthogonal_to_weights_whose_scale_does_not_matter(string name)
    {
        (Architecture recipe, InputShape inputs, _) = Recipes.Shaped(name);
        using IDisposable threads = TorchThreads.Use(1);
        using HookBench bench = new(recipe, Regularizer.WeightRescaling(), input: inputs);
        float[] values = bench.Net.Parameters.ToArrays().Parameters;
        float[] gradient = bench.Gradient();

        foreach (ParameterSlot slot in bench.Net.Parameters.Layout.Parameters.Where(slot => slot.ScaleInvariance != ScaleInvarianceKind.None))
        {
            int units = slot.ScaleInvariance == ScaleInvarianceKind.Rows ? slot.Shape[0] : 1;
            int width = slot.Length / units;
            for (int unit = 0; unit < units; unit++)
            {
                double along = 0, sizes = 0, weights = 0;
                for (int i = slot.Offset + unit * width; i < slot.Offset + (unit + 1) * width; i++)
                {
                    along += (double)values[i] * gradient[i];
                    sizes += (double)gradient[i] * gradient[i];
                    weights += (double)values[i] * values[i];
                }

                Assert.True(Math.Abs(along) <= 1e-3 * Math.Sqrt(sizes * weights) + 1e-6, $"{slot.Name}[{unit}]: {along} of {Math.Sqrt(sizes * weights)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Recipes.All), MemberType = typeof(Recipes))]
    public void The_gradient_by_its_features_equals_differences_of_what_it_scores(string name)
    {
        (Architecture recipe, InputShape inputs, int outputs) = Recipes.Get(name);
        FittedNetwork fitted = Random(recipe, inputs, outputs);
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(recipe, inputs, outputs, cpu);
        net.Parameters.Set(fitted.Parameters, fitted.Buffers);
        Tensor x = Numbers.Tensor(cpu, 15, 8, inputs.Length);
        Tensor direction = Numbers.Tensor(cpu, 6, 8, inputs.Length);
        Tensor weights = Numbers.Tensor(cpu, 7, 8, outputs);
        double[] gradient = Numbers.ToDoubles((net.InputGradient(x, _ => weights.clone()) * direction).sum(1));
        using Scalar step = 1e-3, back = -1e-3;
        double[] ahead = Numbers.ToDoubles((net.Forward(x.add(direction, step), training: false) * weights).sum(1));
        double[] behind = Numbers.ToDoubles((net.Forward(x.add(direction, back), training: false) * weights).sum(1));

        double size = gradient.Max(Math.Abs);
        int off = gradient.Where((value, i) => Math.Abs((ahead[i] - behind[i]) / 2e-3 - value) > 1e-2 * size).Count();
        Assert.True(off <= 1, $"{off} of {gradient.Length} rows differ"); // one may lie on a kink
    }

    internal static FittedNetwork Random(Architecture recipe, InputShape inputs, int outputs)
    {
        ParameterLayout layout = ParameterLayout.Of(recipe, inputs, outputs);
        float[] buffers = Numbers.Uniform(layout.BufferCount, seed: 2);
        foreach (ParameterSlot slot in layout.Buffers.Where(slot => slot.Role == ParameterRole.NormScale))
            foreach (ref float variance in buffers.AsSpan(slot.Offset, slot.Length))
                variance = 0.5f + Math.Abs(variance);
        return new FittedNetwork(NetTask.Multiclass, recipe, inputs, outputs, Numbers.Uniform(layout.ParameterCount, seed: 1), buffers, null!);
    }

    private static float[] Outputs(FittedNetwork fitted, float[] rows)
    {
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(fitted.Architecture, fitted.Input, fitted.OutputWidth, cpu);
        net.Parameters.Set(fitted.Parameters, fitted.Buffers);
        return FlatParameters.ToArray(net.Forward(tensor(rows).reshape(-1, fitted.InputWidth), training: false).flatten());
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        double size = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-3 * size);
    }
}
