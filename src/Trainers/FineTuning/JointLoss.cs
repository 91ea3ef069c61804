using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// l(target) + λ l(source) over a mixed batch, each a mean over its own rows. A row's gradient reaches the outputs of its own head only: the rest is 0, so the two heads never mix.
/// What is reported and validated is the target's loss.
/// </summary>
/// <param name="target">The target's loss.</param>
/// <param name="targetOutputs">Outputs of the target's head, which come first.</param>
/// <param name="source">The source's loss.</param>
/// <param name="lambda">λ.</param>
/// <param name="device">Where the net is.</param>
internal sealed class JointLoss(Loss target, int targetOutputs, PretrainingObjective source, double lambda, Device device) : Loss
{
    private readonly Scalar _lambda = lambda;
    private readonly Tensor _sourceSum = zeros(1, float64, device).DetachFromDisposeScope();
    private long _sourceRows;

    public override string MetricName => target.MetricName;

    public override double Metric(double mean) => target.Metric(mean);

    public override Tensor Gradient(Tensor outputs, Batch batch, Tensor lossSum)
    {
        if (batch.Pretraining is not { } pretraining)
            return base.Gradient(outputs, batch, lossSum);
        long rows = batch.Rows;
        Tensor gradient = zeros_like(outputs); // [target and source rows, outputs of both heads]
        long rest = outputs.shape[0] - rows;
        using (Tensor sourceOutputs = outputs.narrow(0, rows, rest), sourceGradient = gradient.narrow(0, rows, rest))
        {
            source.AddGradient(sourceOutputs, pretraining, targetOutputs, _sourceSum, sourceGradient);
            sourceGradient.mul_(_lambda);
        }

        using (Tensor targetsOutputs = outputs.narrow(0, 0, rows), targetsGradient = gradient.narrow(0, 0, rows))
            target.WriteGradient(targetsOutputs, 0, targetOutputs, batch.Targets, batch.Weights, lossSum, targetsGradient);
        _sourceRows += pretraining.Rows;
        return gradient;
    }

    /// <summary>That of rows of the target alone.</summary>
    public override Tensor Gradient(Tensor outputs, Tensor targets, Tensor? weights, Tensor lossSum)
    {
        Tensor gradient = zeros_like(outputs); // [target rows, outputs of both heads]
        target.WriteGradient(outputs, 0, targetOutputs, targets, weights, lossSum, gradient);
        return gradient;
    }

    public override Tensor PerRow(Tensor outputs, Tensor targets)
    {
        using Tensor own = outputs.narrow(1, 0, targetOutputs);
        return target.PerRow(own, targets);
    }

    public override Tensor MetricPerRow(Tensor outputs, Tensor targets)
    {
        using Tensor own = outputs.narrow(1, 0, targetOutputs);
        return target.MetricPerRow(own, targets);
    }

    public override double TakePretrainingLoss()
    {
        double mean = _sourceSum.item<double>() / _sourceRows;
        _sourceSum.zero_();
        _sourceRows = 0;
        return mean;
    }

    public override void Dispose()
    {
        target.Dispose();
        source.Dispose();
        _lambda.Dispose();
        _sourceSum.Dispose();
    }
}
