using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// Two views of rows of any features: weak = x + σ_w s ∘ n, strong = (x with some features replaced by their mean) + σ_s s ∘ n, with each feature's standard deviation s
/// over the rows and normal n.
/// </summary>
internal sealed class FeatureViews(ConsistencyPretrainingLoss settings, Device device) : IDisposable
{
    private readonly Generator _draws = new(0, device);
    private readonly Scalar _weak = settings.WeakNoise;
    private readonly Scalar _strong = settings.StrongNoise;

    /// <summary>Restarts the random stream for an epoch, so that a resumed fit draws what an uninterrupted one would.</summary>
    public void BeginEpoch(long seed, int epoch) =>
        _draws.manual_seed((long)(SeededRandom.Derive(seed, (long)RandomPurpose.PretrainingViews, epoch).NextUInt64() >> 1));

    /// <summary>[rows, features] to the weak view and the strong view, each of that shape.</summary>
    public Tensor[] Of(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = features.mean([0], keepdim: true);                  // [1, features]
        Tensor centred = features.sub(mean);
        Tensor deviation = centred.mul(centred).mean([0], keepdim: true).sqrt_();
        Tensor weak = settings.WeakNoise == 0 ? features.clone() : features.add(Noise(features, deviation), _weak);
        Tensor strong = features;
        if (settings.StrongDropout > 0)
            strong = centred.mul_(empty_like(features).bernoulli_(1 - settings.StrongDropout, _draws)).add_(mean); // a dropped feature is at its mean
        strong = settings.StrongNoise == 0 ? strong.clone() : strong.add(Noise(features, deviation), _strong);
        return [weak.MoveToOuterDisposeScope(), strong.MoveToOuterDisposeScope()];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _draws.Dispose();
        _weak.Dispose();
        _strong.Dispose();
    }

    private Tensor Noise(Tensor features, Tensor deviation) => empty_like(features).normal_(0, 1, _draws).mul_(deviation);
}
