using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Tests.Scoring;

public sealed class ManagedMlpTests
{
    /// <summary>Float against double over three layers of normal numbers: scores are of the order 1, sums have up to 150 terms.</summary>
    private const double Tolerance = 2e-5;

    public static readonly int[][] Shapes = [[], [1], [16], [5, 3], [64], [65, 17], [150, 130, 33]];

    public static TheoryData<Activation, Normalization> Recipes()
    {
        var data = new TheoryData<Activation, Normalization>();
        foreach (Activation activation in Enum.GetValues<Activation>())
            foreach (Normalization normalization in Enum.GetValues<Normalization>())
                data.Add(activation, normalization);
        return data;
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Scores_equal_the_formulas_in_double_precision(Activation activation, Normalization normalization)
    {
        foreach (int[] widths in Shapes)
            foreach ((int inputs, int outputs) in ((int, int)[])[(1, 1), (20, 3), (37, 18)])
            {
                FittedNetwork net = Nets.Random(Architecture.Mlp(widths, activation, normalization), inputs, outputs, seed: 7);
                float[] rows = Nets.Rows(7, inputs, 3);
                float[] scores = Score(net, rows, 7);

                for (int row = 0; row < 7; row++)
                {
                    double[] expected = Nets.Forward(net, rows.AsSpan(row * inputs, inputs));
                    for (int i = 0; i < outputs; i++)
                        Assert.True(
                            Math.Abs(expected[i] - scores[(row * outputs) + i]) < Tolerance * (1 + Math.Abs(expected[i])),
                            $"{net.Architecture}, {inputs} features, row {row}, output {i}: expected {expected[i]}, found {scores[(row * outputs) + i]}");
                }
            }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_row_scores_to_the_same_bits_alone_and_in_a_batch(Activation activation, Normalization normalization)
    {
        foreach (int[] widths in Shapes)
        {
            FittedNetwork net = Nets.Random(Architecture.Mlp(widths, activation, normalization), 20, 5, seed: 8);
            float[] rows = Nets.Rows(131, 20, 4);
            float[] together = Score(net, rows, 131);

            for (int row = 0; row < 131; row++)
                Assert.Equal(together[(row * 5)..((row + 1) * 5)], Score(net, rows[(row * 20)..((row + 1) * 20)], 1));
        }
    }

    [Fact]
    public void Regression_scores_are_in_units_of_the_label()
    {
        FittedNetwork net = Nets.Random(Architecture.Mlp([8]), 4, 1, 1, NetTask.Regression) with { TargetMean = 200_000, TargetScale = 1500 };
        float[] rows = Nets.Rows(1, 4, 5);

        Assert.Equal(Nets.Forward(net, rows)[0], Score(net, rows, 1)[0], 0.1);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_feature_that_is_not_a_number_shows_in_its_row_only(Activation activation, Normalization normalization)
    {
        FittedNetwork net = Nets.Random(Architecture.Mlp([19, 33], activation, normalization), 6, 2, 2);
        float[] rows = Nets.Rows(5, 6, 6);
        rows[(2 * 6) + 1] = float.NaN;

        Assert.Equal([false, false, false, false, true, true, false, false, false, false], Score(net, rows, 5).Select(float.IsNaN));
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(256, 64)]
    [InlineData(3, 5000)]
    public void Nothing_is_allocated_per_call(int count, int width)
    {
        FittedNetwork net = Nets.Random(Architecture.Mlp([width, 32], Activation.Gelu, Normalization.Layer), 20, 3, 1);
        IRowScorer scorer = ManagedMlp.Create(net);
        float[] rows = Nets.Rows(count, 20, 1), scores = new float[count * 3];
        scorer.Score(rows, count, scores);
        scorer.Score(rows, count, scores);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            scorer.Score(rows, count, scores);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_threads_get_the_scores_of_one()
    {
        FittedNetwork net = Nets.Random(Architecture.Mlp([300, 40], Activation.Silu, Normalization.Batch), 20, 3, 1);
        IRowScorer scorer = ManagedMlp.Create(net);
        float[] rows = Nets.Rows(100, 20, 1), expected = Score(net, rows, 100);
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            float[] scores = new float[300];
            for (int i = 0; i < 50; i++)
            {
                scorer.Score(rows, 100, scores);
                if (!scores.AsSpan().SequenceEqual(expected))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void No_rows_give_no_scores_and_short_buffers_are_refused()
    {
        IRowScorer scorer = ManagedMlp.Create(Nets.Random(Architecture.Mlp([4]), 3, 2, 1));

        scorer.Score([], 0, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => scorer.Score(new float[5], 2, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => scorer.Score(new float[6], 2, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => scorer.Score(new float[6], -1, new float[4]));
    }

    [Fact]
    public void Parameters_of_another_length_are_refused_with_both_lengths()
    {
        FittedNetwork net = Nets.Random(Architecture.Mlp([4]), 3, 2, 1) with { Parameters = new float[25] };

        string message = Assert.Throws<ArgumentException>(() => ManagedMlp.Create(net)).Message;
        Assert.Contains("26", message);
        Assert.Contains("25", message);
    }

    private static float[] Score(FittedNetwork net, float[] rows, int count)
    {
        float[] scores = new float[count * net.OutputWidth];
        ManagedMlp.Create(net).Score(rows, count, scores);
        return scores;
    }
}
