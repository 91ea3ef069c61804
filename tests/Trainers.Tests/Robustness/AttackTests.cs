using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Robustness;

/// <summary>Attacks where the answer is known: linear models, and properties that any attack on any net must have.</summary>
public sealed class AttackTests
{
    private static readonly float[] Weights = [1.5f, -2, 0.5f, 0, 3];
    private static readonly double[] Epsilons = [0.02, 0.1, 0.3];

    public static TheoryData<string, AttackNorm, bool> Climbers
    {
        get
        {
            var data = new TheoryData<string, AttackNorm, bool>();
            foreach (string device in TestDevices.All.Select(row => row.Data))
                foreach (AttackNorm norm in Enum.GetValues<AttackNorm>())
                {
                    data.Add(device, norm, false);
                    data.Add(device, norm, true);
                }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Climbers))]
    public void On_a_linear_model_a_row_falls_just_when_its_margin_is_below_epsilon_times_the_dual_norm(string device, AttackNorm norm, bool pgd)
    {
        using AttackBench bench = AttackBench.Linear(Weights, 0.25f, device);
        float[] features = Numbers.Uniform(200 * 5, seed: 1);
        double dual = norm == AttackNorm.L2 ? Math.Sqrt(Weights.Sum(w => (double)w * w)) : Weights.Sum(w => Math.Abs((double)w));
        foreach (double epsilon in Epsilons)
        {
            float[] standing = bench.Run(pgd ? Attack.Pgd(norm: norm) : Attack.Fgsm(norm), bench.Rows(features), epsilon).Standing;
            for (int row = 0; row < 200; row++)
                AssertStands(Math.Abs(Score(features, row)) - epsilon * dual, standing[row]);
            Assert.Contains(1f, standing);
            Assert.Contains(0f, standing);
        }
    }

    [Theory]
    [InlineData(AttackNorm.LInfinity)]
    [InlineData(AttackNorm.L2)]
    public void Scales_make_epsilon_mean_the_users_column_and_scale_0_keeps_a_feature_still(AttackNorm norm)
    {
        using AttackBench bench = AttackBench.Linear(Weights, 0.25f);
        bench.Space.Dispose();
        float[] scale = [2, 0.25f, 1, 1, 0];
        bench.Space = new AttackSpace(scale, null, null, CPU);
        float[] features = Numbers.Uniform(200 * 5, seed: 1);
        double[] seen = [.. Weights.Zip(scale, (w, s) => (double)w * s)];
        double dual = norm == AttackNorm.L2 ? Math.Sqrt(seen.Sum(w => w * w)) : seen.Sum(Math.Abs);

        (float[] examples, float[] standing) = bench.Run(Attack.Pgd(norm: norm), bench.Rows(features), 0.1);

        for (int row = 0; row < 200; row++)
        {
            AssertStands(Math.Abs(Score(features, row)) - 0.1 * dual, standing[row]);
            Assert.Equal(features[row * 5 + 4], examples[row * 5 + 4]);
        }

        Assert.Contains(0f, standing);
    }

    [Theory]
    [InlineData(AttackNorm.LInfinity)]
    [InlineData(AttackNorm.L2)]
    public void Examples_stay_within_epsilon_and_bounds_and_a_row_outside_never_goes_further_out(AttackNorm norm)
    {
        using var bench = new AttackBench(Architecture.Mlp([16], Activation.Tanh), 6, 3);
        bench.Space.Dispose();
        float[] scale = [1, 2, 0.5f, 1, 3, 1];
        float[] lower = [-0.5f, -1, -0.5f, -0.2f, -1, float.NegativeInfinity];
        float[] upper = [0.5f, 1, 0.5f, 0.2f, 1, 0.1f];
        bench.Space = new AttackSpace(scale, lower, upper, CPU);
        float[] features = Numbers.Uniform(300 * 6, seed: 4);

        foreach (Attack attack in new Attack[] { Attack.Pgd(norm: norm, restarts: 2), Attack.Fgsm(norm), Attack.GaussianNoise() })
        {
            (float[] examples, float[] standing) = bench.Run(attack, bench.Rows(features), 0.2);
            for (int row = 0; row < 300; row++)
            {
                double squares = 0;
                double largest = 0;
                for (int i = 0; i < 6; i++)
                {
                    float x = features[row * 6 + i];
                    float moved = examples[row * 6 + i];
                    Assert.InRange(moved, Math.Min(lower[i], x) - 1e-6f, Math.Max(upper[i], x) + 1e-6f);
                    double change = (moved - x) / scale[i];
                    squares += change * change;
                    largest = Math.Max(largest, Math.Abs(change));
                }

                if (attack is not GaussianNoiseAttack)
                    Assert.True((norm == AttackNorm.L2 ? Math.Sqrt(squares) : largest) <= 0.2 * (1 + 1e-5));
            }

            Assert.Contains(0f, standing);
        }
    }

    [Fact]
    public void Bounds_shorten_what_an_attack_can_do_by_just_the_room_that_they_take()
    {
        using AttackBench bench = AttackBench.Linear(Weights, 0.25f);
        bench.Space.Dispose();
        bench.Space = new AttackSpace([1, 1, 1, 1, 1], [-1, -1, -1, -1, -1], [1, 1, 1, 1, 1], CPU);
        float[] features = Numbers.Uniform(200 * 5, seed: 1);

        float[] standing = bench.Run(Attack.Pgd(), bench.Rows(features), 0.3).Standing;

        for (int row = 0; row < 200; row++)
        {
            double score = Score(features, row);
            double reach = 0;
            for (int i = 0; i < 5; i++)
            {
                double x = features[row * 5 + i];
                bool up = score * Weights[i] < 0;
                reach += Math.Abs(Weights[i]) * Math.Min(0.3, up ? 1 - x : x + 1);
            }

            AssertStands(Math.Abs(score) - reach, standing[row]);
        }
    }

    [Fact]
    public void An_example_of_a_fallen_row_is_misclassified_and_one_of_a_standing_row_is_not()
    {
        using var bench = new AttackBench(Architecture.Mlp([16, 8]), 6, 3);
        AttackRows rows = bench.Rows(Numbers.Uniform(300 * 6, seed: 4));
        foreach (Attack attack in new Attack[] { Attack.Fgsm(), Attack.Pgd(restarts: 3), Attack.Pgd(norm: AttackNorm.L2) })
        {
            AttackResult result = attack.Run(rows, 0.1);
            Tensor right = bench.Net.Forward(result.Examples, false).argmax(1).eq(rows.Targets).to(float32);
            Assert.Equal(FlatParameters.ToArray(result.Standing), FlatParameters.ToArray(right));
        }
    }

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

    [Fact]
    public void Noise_has_the_accuracy_that_the_normal_distribution_gives()
    {
        using AttackBench bench = AttackBench.Linear([3, 4], 0);
        float[] features = [.. Enumerable.Range(0, 500).SelectMany(_ => new[] { 0.1f, 0.05f })]; // a margin of 0.5, and 5 epsilon of noise on it

        float mean = bench.Run(Attack.GaussianNoise(20), bench.Rows(features), 0.1).Standing.Average();

        Assert.Equal(0.8413, mean, 0.015); // Φ(1)
    }

    [Fact]
    public void A_larger_epsilon_more_steps_and_more_restarts_only_help_the_attacker()
    {
        using var bench = new AttackBench(Architecture.Mlp([32, 16], Activation.Tanh), 6, 3);
        float[] features = Numbers.Uniform(500 * 6, seed: 4);
        Attack fgsm = Attack.Fgsm();
        Attack pgd = Attack.Pgd();
        Attack restarted = Attack.Pgd(restarts: 4);

        RobustnessMetrics metrics = bench.Evaluate(features, [fgsm, pgd, restarted], [0, 0.05, 0.1, 0.2]);

        Assert.Equal(1, metrics.CleanAccuracy); // the labels are what the net says
        foreach (Attack attack in metrics.Results.Select(result => result.Attack).Distinct())
            Assert.Equal(1, metrics.AccuracyUnder(attack, 0));
        Assert.True(metrics.AccuracyUnder(pgd, 0.2) < metrics.AccuracyUnder(pgd, 0.1));
        Assert.True(metrics.AccuracyUnder(pgd, 0.1) < metrics.AccuracyUnder(pgd, 0.05));
        Assert.True(metrics.AccuracyUnder(pgd, 0.2) <= metrics.AccuracyUnder(fgsm, 0.2));
        Assert.True(metrics.AccuracyUnder(restarted, 0.2) <= metrics.AccuracyUnder(pgd, 0.2));
        Assert.Contains("not evaluated", Assert.Throws<ArgumentException>(() => metrics.AccuracyUnder(pgd, 0.3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_and_the_size_of_batches_does_not_matter()
    {
        using var bench = new AttackBench(Architecture.Mlp([32, 16]), 6, 3);
        float[] features = Numbers.Uniform(500 * 6, seed: 4);
        Attack[] attacks = [Attack.GaussianNoise(2), Attack.Fgsm(), Attack.Pgd(restarts: 2), Attack.Pgd(norm: AttackNorm.L2)];

        RobustnessMetrics first = bench.Evaluate(features, attacks, Epsilons);
        RobustnessMetrics second = bench.Evaluate(features, attacks, Epsilons);
        RobustnessMetrics pieces = bench.Evaluate(features, attacks, Epsilons, batchSize: 37);

        Assert.Equal(first.Results, second.Results);
        Assert.Equal(first.MeanInputGradientNorm, second.MeanInputGradientNorm);
        Assert.All(first.Results.Zip(pieces.Results), pair => Assert.Equal(pair.First.Accuracy, pair.Second.Accuracy, 0.0041)); // two rows: other sums round differently
        Assert.Equal(first.MeanInputGradientNorm, pieces.MeanInputGradientNorm, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Recipes.All), MemberType = typeof(Recipes))]
    public void An_attack_on_any_recipe_leaves_no_tensor_but_its_result_and_the_net_as_it_was(string recipe)
    {
        (Architecture architecture, InputShape inputs, int outputs) = Recipes.Get(recipe);
        using var bench = new AttackBench(architecture, inputs, outputs);
        float[] features = Numbers.Uniform(40 * inputs.Length, seed: 4);
        (float[] parameters, float[] buffers) = bench.Net.Parameters.ToArrays();
        Attack[] attacks = [Attack.GaussianNoise(2), Attack.Fgsm(), Attack.Pgd(restarts: 2), Attack.Pgd(norm: AttackNorm.L2)];
        Run();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Run();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(parameters, bench.Net.Parameters.ToArrays().Parameters);
        Assert.Equal(buffers, bench.Net.Parameters.ToArrays().Buffers);

        void Run()
        {
            using DisposeScope scope = NewDisposeScope();
            Assert.InRange(bench.Evaluate(features, attacks, [0.05, 0.5]).Results[^1].Accuracy, 0, 0.99);
        }
    }

    [Fact]
    public void Cancelling_stops_an_attack_between_two_steps()
    {
        using var bench = new AttackBench(Architecture.Mlp([16]), 6, 3);
        int passes = 0;
        AttackRows rows = bench.Rows(Numbers.Uniform(50 * 6, seed: 4), checkAlive: () =>
        {
            if (++passes == 5)
                throw new OperationCanceledException();
        });

        Assert.Throws<OperationCanceledException>(() => Attack.Pgd(steps: 1000).Run(rows, 1e-6));
        Assert.Equal(5, passes);
    }

    [Fact]
    public void Faults_of_settings_name_what_is_allowed()
    {
        var faults = new List<string>();
        foreach (Attack attack in new Attack[] { Attack.Pgd(0, double.NaN, 0, (AttackNorm)9), Attack.Pgd(restarts: 2, randomStart: false), Attack.Fgsm((AttackNorm)9), Attack.GaussianNoise(0) })
            attack.Check(faults);

        Assert.Equal(7, faults.Count);
        foreach (string part in new[] { "steps is 0", "stepSize is NaN", "restarts is 0", "Attack.Pgd: norm is 9", "without randomStart", "Attack.Fgsm: norm is 9", "draws is 0" })
            Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal));
    }

    private static double Score(float[] features, int row) => 0.25 + Weights.Select((w, i) => (double)w * features[row * 5 + i]).Sum();

    private static void AssertStands(double room, float standing)
    {
        if (Math.Abs(room) > 1e-4)
            Assert.Equal(room > 0 ? 1f : 0f, standing);
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
