using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// L = −Σ_i m_i Σ_c q_ic log p_ic / Σ_i m_i with q from the weak view (a constant), p from the strong view and m_i the row's weight where max q_i reaches the threshold, else 0.
/// Its gradient is m_i (p_i − q_i) / Σ m. When no row passes, both are 0. One output (binary) counts as two classes with the logits z and 0.
/// </summary>
internal sealed class ConsistencyObjective(ConsistencyPretrainingLoss settings) : PretrainingObjective
{
    private readonly Scalar _inverseTemperature = 1 / settings.Temperature;
    private readonly Scalar _threshold = settings.Threshold;
    private readonly Scalar _tiny = 1e-12;
    private readonly Scalar _one = 1;
    private readonly Scalar _minusOne = -1;

    public override void AddGradient(Tensor outputs, Batch source, int targetOutputs, Tensor lossSum, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = outputs.shape[0] / 2;
        Tensor weak = Logits(outputs.narrow(0, 0, rows), targetOutputs);             // [rows, classes]
        Tensor strong = Logits(outputs.narrow(0, rows, rows), targetOutputs);
        Tensor q = weak.mul(_inverseTemperature).softmax(1);
        Tensor mask = q.amax([1]).ge(_threshold).to(float32);                        // [rows]
        if (source.Weights is not null)
            mask.mul_(source.Weights);
        Tensor share = mask.div_(mask.sum().clamp_min_(_tiny)).unsqueeze(1);         // [rows, 1]; all 0 when no row passes
        Tensor logP = strong.log_softmax(1);
        using Scalar count = rows;
        lossSum.add_(q.mul(logP).mul_(share).sum().mul_(count), _minusOne);          // so that the mean over rows is L
        Tensor result = logP.exp().sub_(q).mul_(share);
        Tensor place = gradient.narrow(0, rows, rows);
        if (targetOutputs == 1)
            place.narrow(1, 0, 1).copy_(result.narrow(1, 1, 1));                     // by z; the other logit is a constant
        else
            place.narrow(1, 0, targetOutputs).copy_(result);
    }

    public override void Dispose()
    {
        foreach (Scalar scalar in new[] { _inverseTemperature, _threshold, _tiny, _one, _minusOne })
            scalar.Dispose();
    }

    private static Tensor Logits(Tensor outputs, int targetOutputs)
    {
        Tensor z = outputs.narrow(1, 0, targetOutputs);
        return targetOutputs > 1 ? z : cat([zeros_like(z), z], 1);
    }
}
