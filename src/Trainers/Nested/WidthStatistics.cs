using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Collects the statistics of batch normalisation again for every width of a fitted net, from training rows and drawn weights: those of the training are a mixture of
/// all widths and fit none (Cui et al., section 4.3).
/// </summary>
/// <param name="net">The net with its final weights.</param>
/// <param name="training">The training rows.</param>
/// <param name="mostRows">How many of them are used at most.</param>
internal sealed class WidthStatistics(NestedNet net, IRowFeed training, int mostRows)
{
    private const int BatchSize = 1024;

    /// <summary>For every width, narrowest first: for every layer means, then variances, of its kept units. Empty without batch normalisation.</summary>
    public float[] Collect(long seed, Action checkAlive)
    {
        if (net.Plan.Layers.All(layer => layer.Norm is null))
            return [];
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor rows = Rows(seed);
        net.BeginEpoch(seed, epoch: -1); // the same draws in a fit that was resumed
        return net.CollectStatistics(rows, checkAlive);
    }

    private Tensor Rows(long seed)
    {
        training.BeginEpoch(SeededRandom.Derive(seed, (long)RandomPurpose.NestedMasks).NextInt(int.MaxValue), epoch: 0);
        var batches = new List<Tensor>();
        long count = 0;
        while (count < mostRows && training.Next((int)Math.Clamp(mostRows - count, 2, BatchSize)) is { } batch)
        {
            batches.Add(batch.Features);
            count += batch.Rows;
        }

        return cat(batches, 0);
    }
}
