using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// Mixed batches for one forward pass: the target's rows, then ratio times as many source rows (twice that with views). An epoch is a pass over the target; the source
/// cycles at its own pace.
/// </summary>
/// <param name="target">The target's rows.</param>
/// <param name="source">The source's rows.</param>
/// <param name="ratio">μ, source rows per target row.</param>
/// <param name="batchSize">Target rows per step, for the place of the source in a fit that goes on.</param>
/// <param name="views">Makes a weak and a strong view of the source's rows; null where their labels are learned.</param>
internal sealed class JointFeed(IRowFeed target, IRowFeed source, double ratio, int batchSize, FeatureViews? views) : IRowFeed
{
    private readonly SourceCycle _source = new(source);
    private long _seed;

    /// <summary>Rows of the target.</summary>
    public long Rows => target.Rows;

    public void BeginEpoch(long? seed, int epoch, bool goesOn = false)
    {
        target.BeginEpoch(seed, epoch, goesOn);
        _seed = SeededRandom.Derive(seed ?? 0, (long)RandomPurpose.PretrainingRows).NextInt64();
        int[] sizes = [.. SourceSizes()];
        _source.MoveTo(_seed, (long)epoch * sizes.Length, sizes);
        views?.BeginEpoch(seed ?? 0, epoch);
    }

    public Batch? Next(int batchSize)
    {
        if (target.Next(batchSize) is not { } rows)
            return null;
        Batch extra = _source.Next(_seed, SourceSize(rows.Rows));
        Tensor[] parts = [rows.Features, extra.Features];
        if (views is not null)
            parts = [rows.Features, .. views.Of(extra.Features)];
        return rows with { Features = cat(parts, 0), Pretraining = extra };
    }

    public void Dispose()
    {
        target.Dispose();
        _source.Dispose();
        views?.Dispose();
    }

    private int SourceSize(long targetRows) => (int)Math.Max(1, Math.Round(ratio * targetRows));

    // A feed's batches: all of one size, the last smaller, a single last row with the batch before it.
    private IEnumerable<int> SourceSizes()
    {
        for (long left = Rows; left > 0;)
        {
            long size = left - batchSize == 1 ? left : Math.Min(batchSize, left);
            left -= size;
            yield return SourceSize(size);
        }
    }
}
