using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Losses;

/// <summary>
/// l = −Σ_k q_k log softmax(z)_k with q = (1−s) onehot(y) + s/K; gradient softmax(z) − q. Label smoothing s after Szegedy et al. (2016), section 7.
/// </summary>
internal sealed class CrossEntropyLoss : Loss
{
    private readonly Tensor _targetRows; // [classes, classes]: q for each class
    private readonly Scalar _minusOne = -1;
    private readonly double _labelSmoothing;
    private readonly bool _inOnePass;

    /// <summary>Makes the loss.</summary>
    /// <param name="classes">K.</param>
    /// <param name="labelSmoothing">s.</param>
    /// <param name="device">Where outputs and targets are.</param>
    /// <param name="byTorch">Whether torch's operations are used on the CPU too, instead of one pass of managed code.</param>
    public CrossEntropyLoss(int classes, double labelSmoothing, Device device, bool byTorch = false)
    {
        _labelSmoothing = labelSmoothing;
        _inOnePass = device.type == DeviceType.CPU && !byTorch;
        using DisposeScope scope = NewDisposeScope();
        using Scalar keep = 1 - labelSmoothing;
        using Scalar rest = labelSmoothing / classes;
        using Scalar one = 1;
        _targetRows = eye(classes, dtype: float32, device: device).mul_(keep).add_(rest, one).DetachFromDisposeScope();
    }

    public override string MetricName => "Accuracy";

    public override double LargestOutputGradient => Math.Sqrt(2); // the distance of two distributions

    public override Tensor Gradient(Tensor outputs, Tensor targets, Tensor? weights, Tensor lossSum)
    {
        if (_inOnePass)
        {
            Tensor result = empty_like(outputs);
            PassOnce(outputs, 0, (int)outputs.shape[1], targets, weights, lossSum, result);
            return result;
        }

        using Tensor q = _targetRows.index_select(0, targets);      // [batch, classes]
        Tensor logProbabilities = outputs.log_softmax(1);           // [batch, classes]
        using Scalar share = 1.0 / outputs.shape[0];
        if (weights is null)
        {
            using Tensor dot = logProbabilities.mul(q);
            using Tensor sum = dot.sum();
            lossSum.add_(sum, _minusOne);
            return logProbabilities.exp_().sub_(q).mul_(share);     // reuses the memory
        }

        using Tensor column = weights.unsqueeze(1);                 // [batch, 1]
        using Tensor weighted = q.mul(column);
        using Tensor weightedDot = logProbabilities.mul(weighted);
        using Tensor weightedSum = weightedDot.sum();
        lossSum.add_(weightedSum, _minusOne);
        return logProbabilities.exp_().sub_(q).mul_(column).mul_(share);
    }

    public override Tensor PerRow(Tensor outputs, Tensor targets)
    {
        using Tensor logProbabilities = outputs.log_softmax(1);
        using Tensor index = targets.unsqueeze(1);
        using Tensor picked = logProbabilities.gather(1, index);    // [batch, 1]
        return picked.squeeze(1).neg_();
    }

    public override Tensor MetricPerRow(Tensor outputs, Tensor targets)
    {
        using Tensor predicted = outputs.argmax(1);
        using Tensor right = predicted.eq(targets);
        return right.to(float32);
    }

    public override void WriteGradient(Tensor outputs, int first, int count, Tensor targets, Tensor? weights, Tensor lossSum, Tensor gradient)
    {
        if (_inOnePass)
            PassOnce(outputs, first, count, targets, weights, lossSum, gradient);
        else
            base.WriteGradient(outputs, first, count, targets, weights, lossSum, gradient);
    }

    public override void Dispose()
    {
        _targetRows.Dispose();
        _minusOne.Dispose();
    }

    private void PassOnce(Tensor outputs, int first, int count, Tensor targets, Tensor? weights, Tensor lossSum, Tensor gradient)
    {
        double sum = CrossEntropyPass.Run(
            MemoryMarshal.Cast<byte, float>(outputs.bytes),
            first,
            count,
            MemoryMarshal.Cast<byte, long>(targets.bytes),
            weights is null ? [] : MemoryMarshal.Cast<byte, float>(weights.bytes),
            _labelSmoothing,
            MemoryMarshal.Cast<byte, float>(gradient.bytes));
        MemoryMarshal.Cast<byte, double>(lossSum.bytes)[0] += sum;
    }
}
