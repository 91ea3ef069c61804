using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>Mean and variance of every channel before a normalisation, over several batches of pictures.</summary>
internal sealed class ChannelMoments
{
    private static readonly long[] Places = [0, 2, 3];

    private readonly Dictionary<string, (double[] Sums, double[] Squares)> _sums = [];
    private readonly Dictionary<string, long> _counts = [];

    /// <summary>Adds a batch.</summary>
    /// <param name="norm">The normalisation.</param>
    /// <param name="y">[batch, channels, height, width]</param>
    public void Add(string norm, Tensor y)
    {
        using Tensor means = y.mean(Places);
        using Tensor variances = y.var(Places, unbiased: false);
        float[] mean = FlatParameters.ToArray(means), variance = FlatParameters.ToArray(variances);
        if (!_sums.TryGetValue(norm, out (double[] Sums, double[] Squares) sums))
            _sums[norm] = sums = (new double[mean.Length], new double[mean.Length]);
        long count = y.numel() / mean.Length;
        for (int i = 0; i < mean.Length; i++)
        {
            sums.Sums[i] += count * (double)mean[i];
            sums.Squares[i] += count * (variance[i] + ((double)mean[i] * mean[i]));
        }

        _counts[norm] = _counts.GetValueOrDefault(norm) + count;
    }

    /// <summary>The means, then the variances, of all rows.</summary>
    public IEnumerable<float> Of(string norm)
    {
        (double[] sums, double[] squares) = _sums[norm];
        double count = _counts[norm];
        return [.. sums.Select(sum => (float)(sum / count)), .. sums.Select((sum, i) => (float)Math.Max(0, (squares[i] / count) - (sum / count * (sum / count))))];
    }
}
