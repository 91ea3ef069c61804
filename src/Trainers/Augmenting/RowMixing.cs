using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Augmenting;

/// <summary>
/// x ← λ x + (1 − λ) x′ with x′ another row of the batch and λ from Beta(α, α), one for the batch; the loss is mixed alike (Zhang et al., arXiv 1710.09412).
/// </summary>
/// <param name="alpha">α, above 0.</param>
internal sealed class RowMixing(double alpha)
{
    /// <summary>Mixes a batch; its features are changed in place.</summary>
    public Batch Apply(Batch batch, SeededRandom random)
    {
        double own = Beta(random);
        var order = new long[batch.Rows];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        random.Shuffle<long>(order);
        Device device = batch.Features.device;
        Tensor others = HostTensor.Create<long>(order, device);
        using Scalar share = own;
        using Scalar rest = 1 - own;
        Tensor other = batch.Features.index_select(0, others);
        batch.Features.mul_(share).add_(other, rest);
        other.Dispose();
        Tensor weights = batch.Weights ?? ones(order.Length, float32, device);
        return batch with
        {
            Weights = weights.mul(share),
            Mixed = new MixedTargets(batch.Targets.index_select(0, others), weights.index_select(0, others).mul_(rest)),
        };
    }

    /// <summary>Beta(α, α) from two draws of Gamma(α, 1).</summary>
    private double Beta(SeededRandom random)
    {
        double a = Gamma(random), b = Gamma(random);
        return a + b > 0 ? a / (a + b) : random.NextInt(2); // a small α gives 0 or 1, and may underflow
    }

    // Marsaglia and Tsang (2000), with their boost for shapes below 1.
    private double Gamma(SeededRandom random)
    {
        double shape = alpha < 1 ? alpha + 1 : alpha;
        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = random.NextGaussian();
            double v = Math.Pow(1 + (c * x), 3);
            if (v <= 0 || Math.Log(1 - random.NextDouble()) >= (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                continue;
            double gamma = d * v;
            return alpha < 1 ? gamma * Math.Pow(1 - random.NextDouble(), 1 / alpha) : gamma;
        }
    }
}
