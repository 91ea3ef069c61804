using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Robustness;

/// <summary>What any attack on any net must do.</summary>
public sealed class AttackTests
{
    private static readonly double[] Epsilons = [0.02, 0.1, 0.3];

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
}
