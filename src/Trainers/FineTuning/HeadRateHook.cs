using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// Gives the output layer a learning rate of its own: w ← w_before + factor (w_after − w_before). With SGD and Adam alike that is a step of factor · η, since both step
/// along a direction that does not depend on η. Must come first, so that the others see finished steps.
/// </summary>
internal sealed class HeadRateHook : TrainingHook
{
    private readonly List<(Tensor Values, Tensor Before)> _pieces = [];
    private readonly Scalar _factor;
    private readonly Scalar _rest;

    public HeadRateHook(FlatParameters parameters, double factor)
    {
        _factor = factor;
        _rest = 1 - factor;
        foreach (ParameterSlot slot in parameters.Layout.Parameters.Where(HeadSplit.IsHead))
        {
            Tensor values = parameters.ValueRange(slot.Offset, slot.Length);
            _pieces.Add((values, empty_like(values).DetachFromDisposeScope()));
        }
    }

    public override void AfterGradient(StepContext step)
    {
        foreach ((Tensor values, Tensor before) in _pieces)
            before.copy_(values);
    }

    public override void AfterStep(StepContext step)
    {
        foreach ((Tensor values, Tensor before) in _pieces)
            values.mul_(_factor).add_(before, _rest);
    }

    public override void Dispose()
    {
        foreach ((_, Tensor before) in _pieces)
            before.Dispose();
        _factor.Dispose();
        _rest.Dispose();
    }
}
