using MLExtensions.Trainers.Robustness;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Robustness;

/// <summary>Linear models, where the answer is known.</summary>
public sealed class LinearAttackTests
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
    public void Noise_has_the_accuracy_that_the_normal_distribution_gives()
    {
        using AttackBench bench = AttackBench.Linear([3, 4], 0);
        float[] features = [.. Enumerable.Range(0, 500).SelectMany(_ => new[] { 0.1f, 0.05f })]; // a margin of 0.5, and 5 epsilon of noise on it

        float mean = bench.Run(Attack.GaussianNoise(20), bench.Rows(features), 0.1).Standing.Average();

        Assert.Equal(0.8413, mean, 0.015); // Φ(1)
    }

    private static double Score(float[] features, int row) => 0.25 + Weights.Select((w, i) => (double)w * features[row * 5 + i]).Sum();

    private static void AssertStands(double room, float standing)
    {
        if (Math.Abs(room) > 1e-4)
            Assert.Equal(room > 0 ? 1f : 0f, standing);
    }
}
