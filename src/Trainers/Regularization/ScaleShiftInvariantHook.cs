using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Regularization;

/// <summary>
/// The gradient of R = λ₁ Σ log n + λ₂ Σ ‖W‖₁ / n with n = √(‖W‖² + ε²), in closed form: λ₁ W / n² + λ₂ (sign W / n − ‖W‖₁ W / n³).
/// Added to the flat gradient, or applied after the step; nothing is read back from the device.
/// </summary>
internal sealed class ScaleShiftInvariantHook : TrainingHook
{
    private readonly ScaleShiftInvariantRegularizer _settings;
    private readonly List<(Tensor Values, Tensor Gradients, double Direction)> _weights = [];
    private readonly Scalar _one = 1;
    private readonly Scalar _guard = 1e-16; // ε²

    public ScaleShiftInvariantHook(FlatParameters parameters, IReadOnlyList<ParameterSlot> claimed, ScaleShiftInvariantRegularizer settings)
    {
        _settings = settings;
        foreach (ParameterSlot slot in claimed)
        {
            double direction = settings.NormalizedDirection ? settings.Lambda2 / Math.Sqrt(slot.Length) : settings.Lambda2;
            _weights.Add((parameters.ValueRange(slot.Offset, slot.Length), parameters.GradientRange(slot.Offset, slot.Length), direction));
        }
    }

    private bool IsOff => _settings.Lambda1 == 0 && _settings.Lambda2 == 0;

    public override void AfterGradient(StepContext step)
    {
        if (_settings.Decoupled || IsOff)
            return;
        foreach ((Tensor values, Tensor gradients, double direction) in _weights)
            AddGradient(values, gradients, 1, direction);
    }

    public override void AfterStep(StepContext step)
    {
        if (!_settings.Decoupled || IsOff)
            return;
        foreach ((Tensor values, _, double direction) in _weights)
            AddGradient(values, values, -step.LearningRate, direction);
    }

    public override void Dispose()
    {
        _one.Dispose();
        _guard.Dispose();
    }

    private void AddGradient(Tensor values, Tensor target, double scale, double direction)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar first = scale * _settings.Lambda1;
        Tensor square = values.dot(values).add_(_guard, _one);              // n²
        Tensor factor = square.reciprocal().mul_(first);                    // λ₁ / n², without dimensions
        if (direction == 0)
        {
            target.addcmul_(values, factor, _one);
            return;
        }

        using Scalar second = scale * direction;
        Tensor inverse = square.rsqrt();                                    // 1 / n
        Tensor sum = values.abs().sum();                                    // ‖W‖₁
        Tensor along = sum.mul_(inverse).mul_(inverse).mul_(inverse).mul_(second);
        Tensor sign = values.sign();
        factor.sub_(along);
        Tensor weight = inverse.mul_(second);
        Tensor change = values.mul(factor).add_(sign.mul_(weight), _one);
        target.add_(change, _one);
    }
}
