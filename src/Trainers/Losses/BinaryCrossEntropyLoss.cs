using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Losses;

/// <summary>
/// l = −t log σ(z) − (1−t) log(1−σ(z)) with t = (1−s) y + s/2; gradient σ(z) − t. Computed as (1−t) z − log σ(z), which never overflows.
/// </summary>
internal sealed class BinaryCrossEntropyLoss : Loss
{
    private readonly bool _smooth;
    private readonly Scalar _keep;
    private readonly Scalar _rest;
    private readonly Scalar _one = 1;
    private readonly Scalar _minusOne = -1;
    private readonly Scalar _half = 0.5;
    private readonly Scalar _zero = 0;

    public BinaryCrossEntropyLoss(double labelSmoothing)
    {
        _smooth = labelSmoothing > 0;
        _keep = 1 - labelSmoothing;
        _rest = labelSmoothing / 2;
    }

    public override string MetricName => "Accuracy";

    public override double LargestOutputGradient => 1;

    public override Tensor Gradient(Tensor outputs, Tensor targets, Tensor? weights, Tensor lossSum)
    {
        using Tensor t = _smooth ? targets.mul(_keep).add_(_rest, _one) : targets.alias();
        using Tensor z = outputs.squeeze(1);
        using Tensor losses = PerRowOf(z, t);
        using Tensor weighted = weights is null ? losses.alias() : losses.mul(weights);
        using Tensor sum = weighted.sum();
        lossSum.add_(sum, _one);
        Tensor gradient = z.sigmoid().sub_(t);
        if (weights is not null)
            gradient.mul_(weights);
        using Scalar share = 1.0 / outputs.shape[0];
        using Tensor scaled = gradient.mul_(share);
        return scaled.unsqueeze(1);
    }

    public override Tensor PerRow(Tensor outputs, Tensor targets)
    {
        using Tensor z = outputs.squeeze(1);
        return PerRowOf(z, targets);
    }

    public override Tensor MetricPerRow(Tensor outputs, Tensor targets)
    {
        using Tensor z = outputs.squeeze(1);
        using Tensor positive = z.gt(_zero);
        using Tensor label = targets.gt(_half);
        using Tensor right = positive.eq(label);
        return right.to(float32);
    }

    public override void Dispose()
    {
        foreach (Scalar scalar in new[] { _keep, _rest, _one, _minusOne, _half, _zero })
            scalar.Dispose();
    }

    private Tensor PerRowOf(Tensor z, Tensor t)
    {
        using Tensor logSigmoid = nn.functional.logsigmoid(z);
        return t.neg().add_(_one, _one).mul_(z).sub_(logSigmoid);
    }
}
