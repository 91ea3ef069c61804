using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLExtensions.Trainers.Regularization;

/// <summary>
/// w ← c w / ‖w‖ for each row (or matrix) w that a normalisation follows. With a period above 1, and at the end of an epoch, the running statistics of a batch
/// normalisation go with the scale, so that the evaluated function never jumps; with period 1 every pass has seen rescaled weights, and they are right already.
/// </summary>
internal sealed class WeightRescalingHook : TrainingHook
{
    private const float SmallestNorm = 1e-12f;

    private readonly WeightRescalingRegularizer _settings;
    private readonly FlatParameters _parameters;
    private readonly IReadOnlyList<ParameterSlot> _slots;

    public WeightRescalingHook(FlatParameters parameters, IReadOnlyList<ParameterSlot> claimed, WeightRescalingRegularizer settings)
    {
        _settings = settings;
        _parameters = parameters;
        _slots = claimed;
    }

    public override void FitStart(FitContext context, bool resumed)
    {
        if (!resumed)
            RescaleAll(context.Rule, withStatistics: context.Net.HasFittedStatistics);
    }

    public override void AfterStep(StepContext step)
    {
        if ((step.Step + 1) % _settings.Period == 0)
            RescaleAll(step.Fit.Rule, withStatistics: _settings.Period > 1);
    }

    public override void EpochEnd(FitContext context, int epoch)
    {
        if (_settings.Period > 1)
            RescaleAll(context.Rule, withStatistics: true); // whatever epoch's weights are kept, their norms are right
    }

    private void RescaleAll(StepRule rule, bool withStatistics)
    {
        foreach (ParameterSlot slot in _slots)
            if (_parameters.OnCpu && !withStatistics && !_settings.ConsistentMomentum)
                RescaleInOnePass(slot);
            else
                RescaleByTorch(slot, rule, withStatistics);
    }

    private bool ByRow(ParameterSlot slot) => slot.ScaleInvariance == ScaleInvarianceKind.Rows && _settings.Granularity == RescalingGranularity.OutputUnit;

    private float TargetNorm(ParameterSlot slot) => (float)(ByRow(slot) ? _settings.Norm : _settings.Norm * Math.Sqrt(slot.Shape[0]));

    private void RescaleInOnePass(ParameterSlot slot)
    {
        Span<float> weights = MemoryMarshal.Cast<byte, float>(_parameters.Values.bytes).Slice(slot.Offset, slot.Length);
        int width = ByRow(slot) ? slot.Length / slot.Shape[0] : slot.Length;
        float target = TargetNorm(slot);
        for (int at = 0; at < weights.Length; at += width)
        {
            Span<float> row = weights.Slice(at, width);
            float norm = TensorPrimitives.Norm<float>(row);
            if (norm > SmallestNorm)
                TensorPrimitives.Multiply(row, target / norm, row);
        }
    }

    private void RescaleByTorch(ParameterSlot slot, StepRule rule, bool withStatistics)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = slot.Shape[0];
        Tensor weights = _parameters.Values.narrow(0, slot.Offset, slot.Length).view(rows, -1); // [out, in]
        Tensor norms = ByRow(slot) ? weights.mul(weights).sum(1).sqrt_() : weights.mul(weights).sum().sqrt_().expand(rows).clone(); // [out]
        Tensor target = full_like(norms, TargetNorm(slot));
        Tensor factors = where(norms.gt(full_like(norms, SmallestNorm)), target.div(norms), ones_like(norms)); // [out]
        Tensor column = factors.unsqueeze(1);
        weights.mul_(column);
        if (withStatistics && slot.BatchNorm is { } norm)
        {
            ParameterSlot mean = _parameters.Layout[norm + ".mean"];
            ParameterSlot variance = _parameters.Layout[norm + ".variance"];
            _parameters.Buffers.narrow(0, mean.Offset, mean.Length).mul_(factors);
            _parameters.Buffers.narrow(0, variance.Offset, variance.Length).mul_(factors).mul_(factors);
        }

        if (!_settings.ConsistentMomentum)
            return;
        Tensor inverse = column.reciprocal(); // ∇L(f w) = ∇L(w) / f
        for (int i = 0; i < rule.States.Count; i++)
        {
            Tensor state = rule.States[i].narrow(0, slot.Offset, slot.Length).view(rows, -1);
            for (int power = 0; power < rule.StatePowers[i]; power++)
                state.mul_(inverse);
        }
    }
}
