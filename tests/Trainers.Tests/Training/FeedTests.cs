using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class FeedTests
{
    private const int Rows = 97; // 3 batches of 32 would leave a single row

    public static TheoryData<bool> Feeds => new(false, true);

    [Theory]
    [MemberData(nameof(Feeds))]
    public void An_epoch_gives_every_row_once_with_its_own_target_and_weight(bool streamed)
    {
        using IRowFeed feed = Make(streamed);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            List<(float Feature, float Target, float Weight, long Batch)> rows = ReadAll(feed, seed: 3, epoch);
            Assert.Equal(Enumerable.Range(0, Rows).Select(i => (float)i), rows.Select(row => row.Feature).Order());
            Assert.All(rows, row => Assert.Equal((row.Feature % 5, row.Feature / 10), (row.Target, row.Weight)));
        }
    }

    [Theory]
    [MemberData(nameof(Feeds))]
    public void The_order_follows_from_seed_and_epoch(bool streamed)
    {
        using IRowFeed feed = Make(streamed);
        float[] Order(long? seed, int epoch) => [.. ReadAll(feed, seed, epoch).Select(row => row.Feature)];

        Assert.Equal(Order(3, 1), Order(3, 1));
        Assert.NotEqual(Order(3, 1), Order(3, 2));
        Assert.NotEqual(Order(3, 1), Order(4, 1));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => (float)i), Order(null, 0));
    }

    [Theory]
    [MemberData(nameof(Feeds))]
    public void A_single_last_row_joins_the_batch_before_it(bool streamed)
    {
        using IRowFeed feed = Make(streamed);
        foreach (long? seed in new long?[] { 3, null })
            Assert.Equal([32, 32, 33], ReadAll(feed, seed, 0).GroupBy(row => row.Batch).Select(batch => batch.Count()));
    }

    [Fact]
    public void A_shuffle_buffer_smaller_than_the_data_still_mixes()
    {
        using IRowFeed feed = Make(streamed: true, buffer: 20);

        float[] order = [.. ReadAll(feed, seed: 3, epoch: 0).Select(row => row.Feature)];

        Assert.Equal(Rows, order.Distinct().Count());
        Assert.True(order.Zip(order.Skip(1)).Count(pair => pair.Second == pair.First + 1) < Rows / 4);
    }

    private static List<(float Feature, float Target, float Weight, long Batch)> ReadAll(IRowFeed feed, long? seed, int epoch)
    {
        using DisposeScope scope = NewDisposeScope();
        var rows = new List<(float, float, float, long)>();
        feed.BeginEpoch(seed, epoch);
        for (long number = 0; feed.Next(32) is { } batch; number++)
            for (long i = 0; i < batch.Rows; i++)
                rows.Add((batch.Features[i, 0].item<float>(), batch.Targets[i].item<long>(), batch.Weights![i].item<float>(), number));
        return rows;
    }

    private static IRowFeed Make(bool streamed, int buffer = 1000)
    {
        Device device = TestDevices.Get("cpu");
        if (streamed)
            return new StreamingFeed(() => new CountingStream(), Rows, 2, buffer, classIndices: true, weighted: true, device);
        var table = new RowTable(2);
        using var stream = new CountingStream();
        var features = new float[2];
        while (stream.Read(features, out float target, out float weight))
            table.Add(features, target, weight);
        return new MemoryFeed(table, null, classIndices: true, weighted: true, device);
    }

    private sealed class CountingStream : IRowStream
    {
        private int _row;

        public bool Read(Span<float> features, out float target, out float weight)
        {
            (features[0], features[1], target, weight) = (_row, -_row, _row % 5, _row / 10f);
            return _row++ < Rows;
        }

        public void Dispose()
        {
        }
    }
}
