using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Losses;

/// <summary>
/// With e = z − t and c = e clamped to [−δ, δ]: l = c (e − c/2), gradient c (Huber, 1964). δ = ∞ gives half the squared error.
/// Targets are standardised, so δ is in standard deviations of the label.
/// </summary>
internal sealed class HuberLoss : Loss
{
    private readonly double _targetScale;
    private readonly double _largest;
    private readonly bool _clamp;
    private readonly Scalar _lower;
    private readonly Scalar _upper;
    private readonly Scalar _one = 1;
    private readonly Scalar _minusHalf = -0.5;

    public HuberLoss(double delta, double targetScale)
    {
        _targetScale = targetScale;
        _largest = delta;
        _clamp = double.IsFinite(delta);
        _lower = _clamp ? -delta : 0;
        _upper = _clamp ? delta : 0;
    }

    public override string MetricName => "RootMeanSquaredError";

    public override double LargestOutputGradient => _largest;

    public override double Metric(double mean) => Math.Sqrt(mean) * _targetScale;

    public override Tensor Gradient(Tensor outputs, Tensor targets, Tensor? weights, Tensor lossSum)
    {
        using Tensor z = outputs.squeeze(1);
        using Tensor error = z.sub(targets);
        Tensor clamped = Clamped(error);
        using Tensor losses = PerRowOf(error, clamped);
        if (weights is not null)
        {
            losses.mul_(weights);
            clamped.mul_(weights);
        }

        using Tensor sum = losses.sum();
        lossSum.add_(sum, _one);
        using Scalar share = 1.0 / outputs.shape[0];
        using Tensor scaled = clamped.mul_(share);
        return scaled.unsqueeze(1);
    }

    public override Tensor PerRow(Tensor outputs, Tensor targets)
    {
        using Tensor z = outputs.squeeze(1);
        using Tensor error = z.sub(targets);
        using Tensor clamped = Clamped(error);
        return PerRowOf(error, clamped);
    }

    public override Tensor MetricPerRow(Tensor outputs, Tensor targets)
    {
        using Tensor z = outputs.squeeze(1);
        using Tensor error = z.sub(targets);
        return error.mul(error);
    }

    public override void Dispose()
    {
        foreach (Scalar scalar in new[] { _lower, _upper, _one, _minusHalf })
            scalar.Dispose();
    }

    private Tensor Clamped(Tensor error) => _clamp ? error.clamp(_lower, _upper) : error.clone();

    private Tensor PerRowOf(Tensor error, Tensor clamped) => clamped.mul(_minusHalf).add_(error, _one).mul_(clamped);
}
