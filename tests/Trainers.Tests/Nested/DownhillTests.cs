using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Tests.Nested;

public sealed class DownhillTests
{
    [Theory]
    [InlineData(1.0, .14204824, .14282668, .71512508, .85795176, .71512508)]
    [InlineData(.1, 5e-9, 5e-8, .9999998, .9999999, .9999998)]
    public void Fixed_noise_gives_the_sample_of_the_sheet(double temperature, double c1, double c2, double c3, double z2, double z3)
    {
        (double[] c, double[] z) = Soft(Logs(.2, .3, .5), [.1, -.3, .8], temperature);

        double tolerance = temperature == 1 ? 1e-8 : 2e-7;
        Assert.All(new[] { (c1, c[0]), (c2, c[1]), (c3, c[2]), (1, z[0]), (z2, z[1]), (z3, z[2]) }, pair => Assert.InRange(pair.Item2, pair.Item1 - tolerance, pair.Item1 + tolerance));
    }

    [Theory]
    [InlineData(.1, .18, .36, .36)]
    [InlineData(.02, .48, .25, .25)]
    public void Hard_samples_follow_the_tail_probabilities(params double[] tail)
    {
        const int Draws = 20_000;
        int[] counts = Counts(Logs(tail), Draws);

        double chiSquare = counts.Select((count, i) => Math.Pow(count - (Draws * tail[i]), 2) / (Draws * tail[i])).Sum();

        Assert.True(chiSquare < 16.27, $"chi-square {chiSquare} with 3 degrees of freedom; 16.27 is exceeded once in a thousand seeds");
    }

    [Fact]
    public void Closed_gates_really_drop_all_but_the_first()
    {
        // The slip of the official code, probabilities in place of their logarithms, draws the first outcome in 8 % of the cases instead of 99 %.
        double[] logTail = BernoulliChainTests.LogTail([.. Enumerable.Repeat(-5.0, 30)]);
        int[] counts = Counts(logTail, 20_000);
        int[] slipped = Counts(Array.ConvertAll(logTail, Math.Exp), 20_000);

        Assert.InRange(counts[0] / 20_000.0, .99331 - .003, .99331 + .003);
        Assert.InRange(slipped[0] / 20_000.0, .08256 - .008, .08256 + .008);
    }

    [Theory]
    [InlineData(1, .762, .447)]
    [InlineData(2, .729, .405)]
    public void Soft_samples_have_the_means_of_the_sheet(double temperature, double second, double third)
    {
        var random = new SeededRandom(5);
        double[] logTail = Logs(.2, .3, .5);
        double sum2 = 0, sum3 = 0;
        for (int i = 0; i < 100_000; i++)
        {
            (_, double[] z) = Soft(logTail, Noise(random, 3), temperature);
            sum2 += z[1];
            sum3 += z[2];
        }

        Assert.InRange(sum2 / 100_000, second - .004, second + .004);
        Assert.InRange(sum3 / 100_000, third - .004, third + .004);
    }

    [Theory]
    [InlineData(.5)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_density_of_two_elements_integrates_to_one_and_puts_seven_tenths_above_a_half(double temperature)
    {
        double[] logTail = Logs(.3, .7);
        double all = 0, upper = 0;
        const int Pieces = 200_000;
        for (int i = 0; i < Pieces; i++)
        {
            // z_2 = c_2 = sigmoid(x) covers the ends, where the density may be infinite.
            double x = (i + .5 - (Pieces / 2)) * 80 / Pieces;
            double z = 1 / (1 + Math.Exp(-x)), rest = 1 / (1 + Math.Exp(x));
            double mass = Math.Exp(Downhill.LogDensity(logTail, [rest, z], temperature)) * z * rest * 80 / Pieces;
            all += mass;
            upper += z > .5 ? mass : 0;
        }

        Assert.Equal(1, all, 6);
        Assert.Equal(.7, upper, 4);
    }

    [Fact]
    public void The_density_of_three_elements_integrates_to_one()
    {
        double[] logTail = Logs(.2, .3, .5);
        double all = 0;
        const int Pieces = 400;
        for (int i = 0; i < Pieces; i++)
            for (int j = 0; j < Pieces; j++)
            {
                double a = (i + .5) / Pieces, b = (j + .5) / Pieces * (1 - a);
                all += Math.Exp(Downhill.LogDensity(logTail, [a, b, 1 - a - b], 1)) * (1 - a) / (Pieces * (double)Pieces);
            }

        Assert.InRange(all, .998, 1.002);
    }

    [Fact]
    public void The_gradient_of_the_soft_sample_is_that_of_finite_differences()
    {
        double[] gates = [.5, -1, 2], gumbel = [.3, -.2, 1.1, .4], weights = [9, .7, -1.3, 2.1];
        double[] c = new double[4], z = new double[4], byTail = new double[4], gradient = new double[3];
        Downhill.Soft(BernoulliChainTests.LogTail(gates), gumbel, 1.5, c, z);

        Downhill.Backward(c, 1.5, weights, byTail);
        BernoulliChain.AddGradient(gates, byTail, gradient);

        for (int i = 0; i < gates.Length; i++)
            Assert.Equal((At(i, 1e-5) - At(i, -1e-5)) / 2e-5, gradient[i], 8);

        double At(int index, double shift)
        {
            double[] moved = [.. gates];
            moved[index] += shift;
            (_, double[] mask) = Soft(BernoulliChainTests.LogTail(moved), gumbel, 1.5);
            return mask.Zip(weights, (a, b) => a * b).Sum();
        }
    }

    [Fact]
    public void Masks_fall_from_one_and_uniform_numbers_at_the_ends_do_no_harm()
    {
        var random = new SeededRandom(9);
        for (int i = 0; i < 200; i++)
        {
            (_, double[] z) = Soft(Logs(.1, .2, .3, .4), Noise(random, 4), .5);
            Assert.Equal(1, z[0]);
            Assert.All(z.Zip(z.Skip(1)), pair => Assert.True(pair.First >= pair.Second && pair.Second >= 0));
        }

        Assert.True(double.IsFinite(Downhill.Gumbel(0)) && double.IsFinite(Downhill.Gumbel(1)));
    }

    private static int[] Counts(double[] logTail, int draws)
    {
        var random = new SeededRandom(3);
        var counts = new int[logTail.Length];
        for (int i = 0; i < draws; i++)
            counts[Downhill.Hard(logTail, Noise(random, logTail.Length))]++;
        return counts;
    }

    private static double[] Noise(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => Downhill.Gumbel(random.NextDouble()))];

    private static double[] Logs(params double[] values) => Array.ConvertAll(values, Math.Log);

    private static (double[] C, double[] Z) Soft(double[] logTail, double[] gumbel, double temperature)
    {
        double[] c = new double[logTail.Length], z = new double[logTail.Length];
        Downhill.Soft(logTail, gumbel, temperature, c, z);
        return (c, z);
    }
}
