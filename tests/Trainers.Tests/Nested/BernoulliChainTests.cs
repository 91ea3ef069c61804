using MLExtensions.Trainers.Nested;

namespace MLExtensions.Trainers.Tests.Nested;

public sealed class BernoulliChainTests
{
    private static readonly double[] Gates = [Logit(.9), Logit(.8), Logit(.5)];

    [Fact]
    public void Tail_and_keep_probabilities_are_those_of_the_sheet()
    {
        Close([.1, .18, .36, .36], Tail(Gates));
        Close([1, .9, .72, .36], Keep(Gates)); // the official code of the VAE weighs with (1, 1, .82, .46)
    }

    [Fact]
    public void The_prior_and_its_divergence_are_those_of_the_sheet()
    {
        double[] prior = BernoulliChain.LogPrior(.95, 4);

        Close([.05, .0475, .045125, .857375], Array.ConvertAll(prior, Math.Exp));
        Assert.Equal(0.7443182534, ChainDivergence.OfMasks(LogTail(Gates), prior), 9);
    }

    [Fact]
    public void Thirty_gates_at_three_are_those_of_the_sheet()
    {
        double[] gates = [.. Enumerable.Repeat(3.0, 30)];

        Assert.Equal(0.2327895279, Tail(gates)[30], 9);
        Assert.Equal(15.4098342644, Keep(gates).Skip(1).Sum(), 9);
        Assert.Equal(0.0011471609, ChainDivergence.OfMasks(LogTail(gates), BernoulliChain.LogPrior(.95, 31)), 9);
        Assert.Equal(0.3025243042, ChainDivergence.OfMasks(LogTail(gates), BernoulliChain.LogPrior(.9, 31)), 9);
        Assert.Equal(0, ChainDivergence.OfMasks(BernoulliChain.LogPrior(.9, 31), BernoulliChain.LogPrior(.9, 31)), 12);
    }

    [Fact]
    public void The_expected_number_kept_is_the_ordered_l0_of_the_sheet()
    {
        double[] tail = Tail(Gates);

        Assert.Equal(2.98, tail.Select((b, i) => (i + 1) * b).Sum(), 12);
        Assert.Equal(2.98, Keep(Gates).Sum(), 12);
    }

    [Fact]
    public void Five_thousand_gates_stay_finite_in_logarithms()
    {
        double[] logTail = LogTail([.. Enumerable.Repeat(-5.0, 5000)]);

        Assert.All(logTail, value => Assert.True(double.IsFinite(value)));
        Assert.Equal(1, logTail.Sum(Math.Exp), 12);
        Assert.True(Math.Exp(logTail[5000]) == 0); // the product itself is lost
    }

    [Fact]
    public void The_gradient_of_both_divergences_is_that_of_finite_differences()
    {
        double[] gates = [.4, -1.2, 2.5, .1], prior = BernoulliChain.LogPrior(.9, 5), costs = [3, 1, -.5, 2, .25];
        var gradient = new double[4];

        ChainDivergence.AddGradient(gates, prior, costs, 1.7, gradient);

        for (int i = 0; i < gates.Length; i++)
            Assert.Equal(1.7 * (At(i, 1e-5) - At(i, -1e-5)) / 2e-5, gradient[i], 7);

        double At(int index, double shift)
        {
            double[] moved = [.. gates];
            moved[index] += shift;
            var keep = new double[5];
            BernoulliChain.LogKeep(moved, keep);
            return ChainDivergence.OfMasks(LogTail(moved), prior) + ChainDivergence.OfWeights(keep, costs);
        }
    }

    [Fact]
    public void The_weights_part_is_the_expected_cost_of_what_is_kept()
    {
        double[] costs = [3, 1, -.5, 2], keep = new double[4];
        BernoulliChain.LogKeep(Gates, keep);

        double byOutcome = Tail(Gates).Select((b, i) => b * costs.Take(i + 1).Sum()).Sum();

        Assert.Equal(byOutcome, ChainDivergence.OfWeights(keep, costs), 12);
    }

    internal static double Logit(double p) => Math.Log(p / (1 - p));

    internal static double[] LogTail(double[] gates)
    {
        var values = new double[gates.Length + 1];
        BernoulliChain.LogTail(gates, values);
        return values;
    }

    private static double[] Tail(double[] gates) => Array.ConvertAll(LogTail(gates), Math.Exp);

    private static double[] Keep(double[] gates)
    {
        var values = new double[gates.Length + 1];
        BernoulliChain.LogKeep(gates, values);
        return Array.ConvertAll(values, Math.Exp);
    }

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 12);
    }
}
