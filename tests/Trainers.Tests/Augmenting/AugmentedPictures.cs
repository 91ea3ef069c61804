using MLExtensions.Trainers.Augmenting;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Augmenting;

/// <summary>Pictures through an augmented feed, in their own order.</summary>
internal static class AugmentedPictures
{
    public const int Pictures = 40;

    public static readonly InputShape Shape = InputShape.Image(3, 6, 9);

    public static float[] Apply(Augmentation recipe, float[] pixels, InputShape shape, int epoch = 0, long seed = 1, int rows = Pictures)
    {
        using AugmentedFeed feed = Feed(recipe, pixels, shape, rows, seed, epoch);
        using DisposeScope scope = NewDisposeScope();
        return FlatParameters.ToArray(feed.Next(rows)!.Features.contiguous().flatten());
    }

    public static AugmentedFeed Feed(Augmentation recipe, float[] pixels, InputShape shape, int rows = Pictures, long seed = 1, int epoch = 0)
    {
        float[] numbers = [.. Enumerable.Range(0, rows).Select(i => (float)i)];
        var feed = new AugmentedFeed(new OrderedFeed(new MemoryFeed(RowTable.Of(pixels, numbers), null, classIndices: true, weighted: false, CPU)), recipe, shape);
        feed.BeginEpoch(seed, epoch);
        return feed;
    }

    /// <summary>Keeps the rows' order, so that results can be compared with what went in.</summary>
    private sealed class OrderedFeed(IRowFeed feed) : IRowFeed
    {
        public long Rows => feed.Rows;

        public void BeginEpoch(long? seed, int epoch, bool goesOn) => feed.BeginEpoch(null, epoch);

        public Batch? Next(int batchSize) => feed.Next(batchSize);

        public void Dispose() => feed.Dispose();
    }
}
