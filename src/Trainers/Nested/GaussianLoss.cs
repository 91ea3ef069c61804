using MLExtensions.Trainers.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// −log N(t; μ, exp(s)) for outputs (μ, s): ½ (exp(−s) (t − μ)² + s + log 2π). Targets are standardised.
/// </summary>
internal sealed class GaussianLoss(double targetScale) : Loss
{
    private readonly Scalar _one = 1;
    private readonly Scalar _half = 0.5;
    private readonly Scalar _minusHalf = -0.5;
    private readonly Scalar _constant = 0.5 * Math.Log(2 * Math.PI);
    private readonly Scalar _lowest = -12;
    private readonly Scalar _highest = 12;

    public override string MetricName => "RootMeanSquaredError";

    public override double Metric(double mean) => Math.Sqrt(mean) * targetScale;

    public override Tensor Gradient(Tensor outputs, Tensor targets, Tensor? weights, Tensor lossSum)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor error, Tensor logVariance) = Split(outputs, targets);
        Tensor precision = logVariance.neg().exp_();
        Tensor scaled = error.mul(precision);                                  // (μ − t) exp(−s)
        Tensor square = error.mul(scaled);
        Tensor bySpread = square.mul(_minusHalf).add_(_half, _one);            // ½ − ½ (t − μ)² exp(−s)
        Tensor losses = square.add(logVariance, _one).mul_(_half).add_(_constant, _one);
        if (weights is not null)
        {
            losses.mul_(weights);
            scaled.mul_(weights);
            bySpread.mul_(weights);
        }

        lossSum.add_(losses.sum(), _one);
        using Scalar share = 1.0 / outputs.shape[0];
        return stack([scaled, bySpread], 1).mul_(share).MoveToOuterDisposeScope();
    }

    public override Tensor PerRow(Tensor outputs, Tensor targets)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor error, Tensor logVariance) = Split(outputs, targets);
        Tensor square = error.mul(error).mul_(logVariance.neg().exp_());
        return square.add_(logVariance, _one).mul_(_half).add_(_constant, _one).MoveToOuterDisposeScope();
    }

    public override Tensor MetricPerRow(Tensor outputs, Tensor targets)
    {
        using Tensor mean = outputs.select(1, 0);
        using Tensor error = mean.sub(targets);
        return error.mul(error);
    }

    public override void Dispose()
    {
        foreach (Scalar scalar in new[] { _one, _half, _minusHalf, _constant, _lowest, _highest })
            scalar.Dispose();
    }

    private (Tensor Error, Tensor LogVariance) Split(Tensor outputs, Tensor targets) =>
        (outputs.select(1, 0).sub(targets), outputs.select(1, 1).clamp(_lowest, _highest));
}
