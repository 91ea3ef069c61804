using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Tests.Runtime;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_generator_is_xoshiro256_starstar()
    {
        // Output of the authors' C code for the state 1, 2, 3, 4.
        var random = new SeededRandom(1, 2, 3, 4);
        ulong[] expected = [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625, 8476171486693032832];

        Assert.Equal(expected, expected.Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void The_seed_is_spread_by_SplitMix64()
    {
        // Output of the authors' C code for the seed 1234567.
        ulong state = 1234567;
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431];

        Assert.Equal(expected, expected.Select(_ => SeededRandom.SplitMix(ref state)));
        Assert.Equal(new SeededRandom(expected[0], expected[1], expected[2], expected[3]).NextUInt64(), new SeededRandom(1234567).NextUInt64());
    }

    [Fact]
    public void The_same_path_gives_the_same_stream_whatever_was_drawn_before()
    {
        SeededRandom other = SeededRandom.Derive(5, 1);
        other.NextGaussian();

        Assert.Equal(Draw(SeededRandom.Derive(5, 7, 2)), Draw(SeededRandom.Derive(5, 7, 2)));
    }

    [Fact]
    public void Seeds_paths_lengths_and_orders_give_different_streams()
    {
        SeededRandom[] streams =
        [
            SeededRandom.Derive(5), SeededRandom.Derive(6), SeededRandom.Derive(5, 0), SeededRandom.Derive(5, 0, 0),
            SeededRandom.Derive(5, 1, 2), SeededRandom.Derive(5, 2, 1),
            SeededRandom.Derive(1, 5), SeededRandom.Derive(0, 0), SeededRandom.Derive(0, 1), SeededRandom.Derive(1, 0),
            SeededRandom.Derive(-1, 0), SeededRandom.Derive(0, -1),
        ];

        Assert.Equal(streams.Length, streams.Select(stream => stream.NextUInt64()).Distinct().Count());
    }

    [Fact]
    public void Neighbouring_streams_do_not_correlate()
    {
        const int Count = 100_000;
        SeededRandom a = SeededRandom.Derive(1, 0), b = SeededRandom.Derive(1, 1);
        double correlation = Enumerable.Range(0, Count).Average(_ => 12 * (a.NextDouble() - 0.5) * (b.NextDouble() - 0.5));

        Assert.InRange(correlation, -4 / Math.Sqrt(Count), 4 / Math.Sqrt(Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Integers_below_a_bound_are_equally_frequent(int bound)
    {
        const int Count = 60_000;
        var random = new SeededRandom(3);
        int[] counts = new int[bound];
        for (int i = 0; i < Count; i++)
            counts[random.NextInt(bound)]++;

        double expected = (double)Count / bound;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.True(chiSquare < bound + (4 * Math.Sqrt(2 * bound)), $"chi-square {chiSquare}");
    }

    [Fact]
    public void A_bound_just_above_a_power_of_two_has_no_bias()
    {
        // The remainder of 32 random bits by 3 x 2^30 would hit the lowest third twice as often.
        const int Bound = 3 << 29;
        var random = new SeededRandom(4);
        int low = Enumerable.Range(0, 30_000).Count(_ => random.NextInt(Bound) < Bound / 3);

        Assert.InRange(low, 10_000 - 330, 10_000 + 330);
    }

    [Fact]
    public void Uniform_and_normal_numbers_have_their_moments()
    {
        float[] uniform = new float[100_000], normal = new float[100_000];
        new SeededRandom(5).FillUniform(uniform, -2, 4);
        new SeededRandom(6).FillGaussian(normal, 3, 2);

        Assert.All(uniform, value => Assert.InRange(value, -2, 4));
        Assert.Equal(1, uniform.Average(), 0.03);
        Assert.Equal(3, uniform.Average(value => (value - 1.0) * (value - 1)), 0.05);
        Assert.Equal(3, normal.Average(), 0.03);
        Assert.Equal(4, normal.Average(value => (value - 3.0) * (value - 3)), 0.1);
        Assert.Equal(0.0228 * normal.Length, normal.Count(value => value > 7), 200.0);
    }

    [Fact]
    public void Fractions_lie_below_one()
    {
        var random = new SeededRandom(7);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.InRange(random.NextDouble(), 0, Math.BitDecrement(1.0));
            Assert.InRange(random.NextSingle(), 0, MathF.BitDecrement(1f));
        }
    }

    [Fact]
    public void Every_order_of_a_shuffle_is_equally_frequent()
    {
        var random = new SeededRandom(8);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 24_000; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            random.Shuffle<char>(items);
            string order = new(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150));
    }

    private static ulong[] Draw(SeededRandom random) =>
        [random.NextUInt64(), (ulong)random.NextInt(1000), BitConverter.DoubleToUInt64Bits(random.NextGaussian())];
}
