using System.Runtime.InteropServices;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Regularization;

/// <summary>
/// The gradient of R = λ₁ Σ log n + λ₂ Σ ‖W‖₁ / n with n = √(‖W‖² + ε²), in closed form: λ₁ W / n² + λ₂ (sign W / n − ‖W‖₁ W / n³).
/// Added to the flat gradient, or applied after the step. On the CPU the norms are read, which costs nothing there; from a GPU nothing is read back.
/// </summary>
internal sealed class ScaleShiftInvariantHook : TrainingHook
{
    /// <summary>The share of its initial norm below which a weight counts as collapsed.</summary>
    private const double CollapsedShare = 0.05;

    private const double Guard = 1e-16; // ε²

    private readonly ScaleShiftInvariantRegularizer _settings;
    private readonly double _lambda1;
    private readonly bool _onCpu;
    private readonly List<Weight> _weights = [];
    private readonly Scalar _one = 1;
    private readonly Scalar _guard = Guard;
    private string? _overshoot; // of any step so far; on the CPU, where the norms are known

    public ScaleShiftInvariantHook(FlatParameters parameters, IReadOnlyList<ParameterSlot> claimed, ScaleShiftInvariantRegularizer settings)
    {
        _settings = settings;
        _onCpu = parameters.OnCpu;
        foreach (ParameterSlot slot in claimed)
        {
            double direction = settings.NormalizedDirection ? settings.Lambda2 / Math.Sqrt(slot.Length) : settings.Lambda2;
            Tensor values = parameters.ValueRange(slot.Offset, slot.Length);
            _weights.Add(new Weight(slot.Name, values, parameters.GradientRange(slot.Offset, slot.Length), direction, SquareOf(values)));
        }

        _lambda1 = settings.MatchedWeightDecay is { } decay ? decay * _weights.Average(weight => weight.InitialSquare) : settings.Lambda1;
    }

    /// <inheritdoc/>
    public override bool MayStop => !IsOff;

    private bool IsOff => _lambda1 == 0 && _settings.Lambda2 == 0;

    public override void AfterGradient(StepContext step)
    {
        if (_settings.Decoupled || IsOff)
            return;
        foreach (Weight weight in _weights)
            AddGradient(weight, weight.Gradients, 1, step);
    }

    public override void AfterStep(StepContext step)
    {
        if (!_settings.Decoupled || IsOff)
            return;
        foreach (Weight weight in _weights)
            AddGradient(weight, weight.Values, -step.LearningRate, step);
    }

    /// <summary>A weight that has shrunk to a small share of what it was, or that the penalty alone would carry through zero in one step.</summary>
    public override string? Fault(FitContext context, double learningRate)
    {
        if (_overshoot is not null)
            return _overshoot;
        foreach (Weight weight in _weights)
        {
            double square = SquareOf(weight.Values);
            if (square < CollapsedShare * CollapsedShare * weight.InitialSquare || Overshoots(context, square, learningRate))
                return Collapsed(weight, square, learningRate);
        }

        return null;
    }

    public override void Dispose()
    {
        _one.Dispose();
        _guard.Dispose();
    }

    // One step of the penalty alone would carry the weight through zero. Adam's steps do not grow with the gradient.
    private bool Overshoots(FitContext context, double square, double learningRate) =>
        (_settings.Decoupled || context.Rule is SgdRule) && learningRate * _lambda1 > square;

    private string Collapsed(Weight weight, double square, double learningRate) => FormattableString.Invariant(
        $"Regularizer.ScaleShiftInvariant: the norm of '{weight.Name}' collapsed from {Math.Sqrt(weight.InitialSquare):g3} to {Math.Sqrt(square):g3} with lambda1 = {_lambda1:g3}, lambda2 = {_settings.Lambda2:g3} and a learning rate of {learningRate:g3}: the penalty is stronger than the task. Lower lambda1, for instance to {_lambda1 / 10:g1}.");

    private static double SquareOf(Tensor values)
    {
        using Tensor square = values.dot(values);
        return square.item<float>();
    }

    private void AddGradient(Weight weight, Tensor target, double scale, StepContext step)
    {
        if (_onCpu)
            AddOnCpu(weight, target, scale, step);
        else
            AddOnDevice(weight, target, scale);
    }

    private void AddOnCpu(Weight weight, Tensor target, double scale, StepContext step)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(weight.Values.bytes);
        (double squares, double sizes) = ScaleShiftPass.Sums(values);
        squares = Checked(weight, squares + Guard, step);
        double signs = scale * weight.Direction / Math.Sqrt(squares);
        double radial = (scale * _lambda1 - signs * sizes) / squares;
        ScaleShiftPass.Add(values, (float)radial, (float)signs, MemoryMarshal.Cast<byte, float>(target.bytes));
    }

    private double Checked(Weight weight, double square, StepContext step)
    {
        if (Overshoots(step.Fit, square, step.LearningRate))
            _overshoot ??= Collapsed(weight, square, step.LearningRate);
        return square;
    }

    private void AddOnDevice(Weight weight, Tensor target, double scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = weight.Values;
        using Scalar first = scale * _lambda1;
        Tensor square = values.dot(values).add_(_guard, _one);              // n²
        Tensor factor = square.reciprocal().mul_(first);                    // λ₁ / n², without dimensions
        if (weight.Direction == 0)
        {
            target.addcmul_(values, factor, _one);
            return;
        }

        using Scalar second = scale * weight.Direction;
        Tensor inverse = square.rsqrt();                                    // 1 / n
        Tensor sum = values.abs().sum();                                    // ‖W‖₁
        Tensor along = sum.mul_(inverse).mul_(inverse).mul_(inverse).mul_(second);
        Tensor sign = values.sign();
        factor.sub_(along);
        Tensor share = inverse.mul_(second);
        Tensor change = values.mul(factor).add_(sign.mul_(share), _one);
        target.add_(change, _one);
    }

    /// <summary>One weight with the strength of the second term and ‖W‖² at the start.</summary>
    private sealed record Weight(string Name, Tensor Values, Tensor Gradients, double Direction, double InitialSquare);
}
