using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>
/// When a row counts as classified rightly, and which way its loss rises. The cross-entropy is log(1 + exp(−m)) with the margin m of the right class over the
/// log-sum-exp of the others (binary: m = ±z). Its gradient is that of −m times σ(−m), which vanishes in float32 where a net is sure; an attack needs the direction only.
/// </summary>
internal sealed class ClassificationGoal(NetTask task) : IDisposable
{
    private readonly Scalar _zero = 0;
    private readonly Scalar _half = 0.5;
    private readonly Scalar _one = 1;
    private readonly Scalar _minusTwo = -2;
    private readonly Scalar _minusInfinity = double.NegativeInfinity;

    /// <summary>1 where the class is right, else 0: [rows], float32. NaN is wrong.</summary>
    public Tensor IsRight(Tensor outputs, Tensor targets)
    {
        if (task == NetTask.Multiclass)
        {
            using Tensor predicted = outputs.argmax(1);
            using Tensor right = predicted.eq(targets);
            return right.to(float32);
        }

        using Tensor z = outputs.squeeze(1);
        using Tensor positive = z.gt(_zero);
        using Tensor label = targets.gt(_half);
        using Tensor equal = positive.eq(label);
        return equal.to(float32);
    }

    /// <summary>The gradient of −m by the outputs: [rows, outputs].</summary>
    public Tensor Direction(Tensor outputs, Tensor targets)
    {
        if (task != NetTask.Multiclass)
            return Signs(targets);
        using Tensor index = targets.unsqueeze(1);                      // [rows, 1]
        using Tensor never = full_like(index, _minusInfinity, dtype: float32);
        using Tensor others = outputs.clone();
        others.scatter_(1, index, never);
        Tensor shares = others.softmax(1);                              // of the others among themselves
        using Tensor minusOne = ones_like(never).neg_();
        return shares.scatter_(1, index, minusOne);
    }

    /// <summary>The gradient of the cross-entropy by the outputs: [rows, outputs]. Keeps the small numbers that 1 − p would lose.</summary>
    public Tensor LossGradient(Tensor outputs, Tensor targets)
    {
        if (task != NetTask.Multiclass)
        {
            Tensor sign = Signs(targets);
            using Tensor against = outputs.mul(sign).sigmoid_();
            return sign.mul_(against);
        }

        using Tensor index = targets.unsqueeze(1);
        Tensor probabilities = outputs.softmax(1);
        using Tensor none = zeros_like(index, dtype: float32);
        probabilities.scatter_(1, index, none);
        using Tensor rest = probabilities.sum(1, keepdim: true).neg_(); // [rows, 1]
        return probabilities.scatter_(1, index, rest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Scalar scalar in new[] { _zero, _half, _one, _minusTwo, _minusInfinity })
            scalar.Dispose();
    }

    // 1 for the negative class, -1 for the positive: [rows, 1]
    private Tensor Signs(Tensor targets)
    {
        using Tensor signs = targets.mul(_minusTwo).add_(_one, _one);
        return signs.unsqueeze(1);
    }
}
