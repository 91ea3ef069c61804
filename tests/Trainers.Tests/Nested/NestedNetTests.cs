using CsCheck;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nested;

public sealed class NestedNetTests
{
    // Before a method is compiled that names torch's static fields.
    public NestedNetTests() => NativeTorch.EnsureLoaded();

    public static TheoryData<Normalization, Activation> Nets => new()
    {
        { Normalization.None, Activation.Relu }, { Normalization.Batch, Activation.Relu }, { Normalization.Batch, Activation.Gelu }, { Normalization.None, Activation.Tanh },
    };

    [Fact]
    public void Groups_cover_every_unit_once_whatever_the_sizes() => Gen.Select(Gen.Int[1, 300], Gen.Int[1, 64], Gen.Int[1, 64]).Sample((units, groups, floor) =>
    {
        var settings = new NestedSettings { Groups = groups, Floor = Math.Min(floor, groups), Ordering = NestedOrdering.Learned };
        var cut = new NestedGroups(units, settings);
        int[] kept = [.. Enumerable.Range(0, cut.Outcomes).Select(cut.UnitsOfOutcome)];
        int[] atWidths = [.. settings.Steps.Select(cut.UnitsAt)];
        return kept[0] >= 1 && kept[^1] == units && kept.Zip(kept.Skip(1)).All(pair => pair.First < pair.Second)
            && atWidths[^1] == units && atWidths.Zip(atWidths.Skip(1)).All(pair => pair.First <= pair.Second)
            && cut.UnitsOfOutcome(cut.ElementOf(units - 1)) == units;
    }, iter: 2000, threads: 1);

    [Fact]
    public void Every_step_of_the_width_keeps_exactly_its_groups()
    {
        // The slip of the official code: int(30 * (1 − i / 15)) keeps 7, 5 and 3 groups where 8, 6 and 4 are meant.
        var settings = new NestedSettings { Groups = 32, Floor = 2, Ordering = NestedOrdering.Learned };
        var groups = new NestedGroups(96, settings);
        for (int i = 0; i <= 15; i++)
        {
            int step = settings.StepOf((2 + (30 * (1 - (i / 15.0)))) / 32);
            Assert.Equal(32 - (2 * i), step);
            Assert.Equal(3 * (32 - (2 * i)), groups.UnitsAt(step));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    [InlineData(0.05)]
    public void A_width_that_the_net_does_not_have_is_refused_with_those_it_has(double width)
    {
        var settings = new NestedSettings { Groups = 8, Floor = 2, Ordering = NestedOrdering.Learned };

        var e = Assert.Throws<ArgumentOutOfRangeException>(() => settings.StepOf(width));

        Assert.Contains("0.25 to 1 in steps of 1/8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draw_has_mean_and_variance_of_the_sheet()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var net = new NestedMlpNet(Architecture.Mlp([]), 2, 1, NestedNets.Settings, .9, 0, CPU);
        net.Parameters.Set([.5f, -1, 0, MathF.Log(.1f), MathF.Log(.2f)], []);
        net.BeginEpoch(1, 1);

        Tensor drawn = net.Forward(tensor(new[] { 1f, 2f }).expand(20_000, 2).contiguous(), training: true);

        double[] values = Numbers.ToDoubles(drawn);
        double mean = values.Average(), variance = values.Average(v => (v - mean) * (v - mean));
        Assert.InRange(mean, -1.5 - .03, -1.5 + .03);
        Assert.InRange(variance, .825 - .035, .825 + .035);
    }

    [Theory]
    [MemberData(nameof(Nets))]
    public void Open_gates_and_no_noise_make_it_the_plain_net(Normalization normalization, Activation activation)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedMlpNet nested = NestedNets.Create(normalization, activation);
        using Net plain = Net.Create(NestedNets.Recipe(normalization, activation), NestedNets.Inputs, NestedNets.Outputs, CPU);
        (float[] values, _) = nested.Parameters.ToArrays();
        foreach (ParameterSlot slot in nested.Parameters.Layout.Parameters)
            if (slot.Role is ParameterRole.Gate or ParameterRole.WeightNoise)
                values.AsSpan(slot.Offset, slot.Length).Fill(slot.Role == ParameterRole.Gate ? 60 : -60);
        nested.Parameters.Set(values, nested.Parameters.ToArrays().Buffers);
        plain.Parameters.Set(values.AsSpan(0, plain.Parameters.Layout.ParameterCount), plain.Parameters.ToArrays().Buffers);
        Tensor features = Numbers.Tensor(CPU, 3, 16, NestedNets.Inputs);

        double[] expected = Numbers.ToDoubles(plain.Forward(features, training: true)), actual = Numbers.ToDoubles(nested.Forward(features, training: true));

        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 2e-5);
    }

    [Theory]
    [MemberData(nameof(Nets))]
    public void An_extracted_net_is_the_masked_net(Normalization normalization, Activation activation)
    {
        NestedNetwork network = NestedNets.Fitted(normalization, activation);
        float[] rows = Numbers.Uniform(7 * NestedNets.Inputs, seed: 13);
        foreach (int step in network.Settings.Steps)
        {
            FittedNetwork small = new NestedExtraction(network, step).Extract();
            var actual = new float[7 * NestedNets.Outputs];
            small.Scorer.Score(rows, 7, actual);
            for (int row = 0; row < 7; row++)
            {
                double[] expected = MaskedReference.Score(network, step, rows.AsSpan(row * NestedNets.Inputs, NestedNets.Inputs));
                for (int k = 0; k < expected.Length; k++)
                    Assert.Equal(expected[k], actual[(row * NestedNets.Outputs) + k], 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Nets))]
    public void No_weight_of_a_dropped_unit_changes_an_output(Normalization normalization, Activation activation)
    {
        NestedNetwork network = NestedNets.Fitted(normalization, activation);
        int step = 5;
        int[] units = network.UnitsAt(step);
        float[] changed = [.. network.Parameters];
        for (int layer = 0; layer < units.Length; layer++)
            foreach (string part in new[] { "weight", "noise", "bias", "norm.scale" })
                if (network.Layout.Parameters.FirstOrDefault(slot => slot.Name == $"layers.{layer}.{part}") is { } slot)
                    changed.AsSpan(slot.Offset + (units[layer] * (slot.Length / slot.Shape[0])), (slot.Shape[0] - units[layer]) * (slot.Length / slot.Shape[0])).Fill(99);
        float[] rows = Numbers.Uniform(4 * NestedNets.Inputs, seed: 2);

        Assert.Equal(Scores(network), Scores(network with { Parameters = changed }));

        float[] Scores(NestedNetwork net)
        {
            SampledScorer scorer = SampledScorer.Create(net, step, 1, weightNoise: false);
            var outputs = new float[4 * scorer.OutputWidth];
            scorer.Score(rows, 4, outputs);
            return outputs;
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_in_a_batch_and_widths_share_their_draws()
    {
        NestedNetwork network = NestedNets.Fitted(Normalization.Batch);
        float[] rows = Numbers.Uniform(9 * NestedNets.Inputs, seed: 5);
        SampledScorer scorer = SampledScorer.Create(network, 6, 4, weightNoise: true);
        var together = new float[9 * scorer.OutputWidth];
        var alone = new float[9 * scorer.OutputWidth];
        scorer.Score(rows, 9, together);
        SampledScorer again = SampledScorer.Create(network, 6, 4, weightNoise: true);
        for (int row = 8; row >= 0; row--)
            again.Score(rows.AsSpan(row * NestedNets.Inputs, NestedNets.Inputs), 1, alone.AsSpan(row * scorer.OutputWidth, scorer.OutputWidth));

        Assert.Equal(together, alone);
        float[] wide = new NestedExtraction(network, 8).Sample(2).Parameters, narrow = new NestedExtraction(network, 2).Sample(2).Parameters;
        Assert.Equal(wide[..NestedNets.Inputs], narrow[..NestedNets.Inputs]); // the first row of the first layer
    }

    [Fact]
    public void Drawn_weights_have_the_posterior_s_mean_and_deviation()
    {
        NestedNetwork network = NestedNets.Fitted(Normalization.None);
        float mean = network.Parameter("head.weight")[4], deviation = Math.Abs(mean) * MathF.Exp(network.Parameter("head.noise")[4] / 2);
        var extraction = new NestedExtraction(network, 8);
        int at = ParameterLayout.Of(NestedNets.Recipe(Normalization.None), NestedNets.Inputs, NestedNets.Outputs)["head.weight"].Offset + 4;

        double[] draws = [.. Enumerable.Range(0, 4000).Select(i => (double)extraction.Sample(i).Parameters[at])];

        Assert.InRange(draws.Average(), mean - (deviation * .06), mean + (deviation * .06));
        Assert.InRange(Math.Sqrt(draws.Average(w => (w - mean) * (w - mean))), deviation * .95, deviation * 1.05);
    }

    [Fact]
    public void An_adaptive_scorer_widens_exactly_the_unsure_rows()
    {
        NestedNetwork network = NestedNets.Fitted(Normalization.Batch);
        float[] rows = Numbers.Uniform(40 * NestedNets.Inputs, seed: 15);
        var narrowView = new NestedView { Step = 2 };
        float[] narrow = Score(narrowView), wide = Score(new NestedView { Step = 8 });
        double threshold = Enumerable.Range(0, 40).Select(row => Largest(narrow.AsSpan(row * 3, 3))).Order().ElementAt(20);

        float[] adaptive = Score(new NestedView { Step = 8, Adaptive = new NestedAdaptive(2, threshold) });

        for (int row = 0; row < 40; row++)
        {
            bool sure = Largest(narrow.AsSpan(row * 3, 3)) >= (float)threshold;
            Assert.Equal(sure ? 0 : 1, adaptive[(row * 4) + 3]);
            Assert.Equal((sure ? narrow : wide).AsSpan(row * 3, 3).ToArray(), adaptive.AsSpan(row * 4, 3).ToArray());
        }

        var alone = new float[4];
        NestedScorers.Of(network, new NestedView { Step = 8, Adaptive = new NestedAdaptive(2, threshold) }).Score(rows.AsSpan(0, NestedNets.Inputs), 1, alone);
        Assert.Equal(adaptive[..4], alone);

        float[] Score(NestedView view)
        {
            IRowScorer scorer = NestedScorers.Of(network, view);
            var outputs = new float[40 * scorer.OutputWidth];
            scorer.Score(rows, 40, outputs);
            return outputs;
        }

        float Largest(ReadOnlySpan<float> logits)
        {
            float[] p = logits.ToArray();
            new NestedOutputs(network, 1).Complete(p);
            return p.Max();
        }
    }

    [Fact]
    public void The_gradient_by_the_features_is_that_of_finite_differences()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedMlpNet net = NestedNets.Create(Normalization.Batch, Activation.Tanh);
        float[] rows = Numbers.Uniform(6 * NestedNets.Inputs, seed: 31);

        double[] gradient = Numbers.ToDoubles(net.InputGradient(Features(rows), outputs => ones_like(outputs)));

        for (int i = 0; i < rows.Length; i += 4)
            Assert.Equal((At(i, 1e-2f) - At(i, -1e-2f)) / 2e-2, gradient[i], 6e-3);

        double At(int index, float shift)
        {
            float[] moved = [.. rows];
            moved[index] += shift;
            return net.Forward(Features(moved), training: false).sum().item<float>();
        }

        static Tensor Features(float[] rows) => HostTensor.Create<float>(rows, CPU).reshape(6, NestedNets.Inputs);
    }
}
