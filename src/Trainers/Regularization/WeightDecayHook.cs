using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Regularization;

/// <summary>Weight decay on the pieces of the flat buffers that its parameters occupy; neighbours are joined into one piece.</summary>
internal sealed class WeightDecayHook : TrainingHook
{
    private readonly List<(Tensor Values, Tensor Gradients, double Ratio)> _pieces = [];
    private readonly double _coefficient;
    private readonly bool _decoupled;
    private readonly Scalar _lambda;

    public WeightDecayHook(FlatParameters parameters, IReadOnlyList<ParameterSlot> claimed, WeightDecayRegularizer settings)
    {
        _coefficient = settings.Coefficient;
        _decoupled = settings.Decoupled;
        _lambda = _coefficient;
        foreach (IGrouping<double, ParameterSlot> group in claimed.GroupBy(slot => slot.ScaleInvariance == ScaleInvarianceKind.None ? 1 : settings.InvariantRatio))
            foreach ((int offset, int length) in Join(group))
                _pieces.Add((parameters.ValueRange(offset, length), parameters.GradientRange(offset, length), group.Key));
    }

    public override void AfterGradient(StepContext step)
    {
        if (_decoupled || _coefficient == 0)
            return;
        foreach ((Tensor values, Tensor gradients, _) in _pieces)
            gradients.add_(values, _lambda);
    }

    public override void AfterStep(StepContext step)
    {
        if (!_decoupled || _coefficient == 0)
            return;
        foreach ((Tensor values, _, double ratio) in _pieces)
        {
            using Scalar factor = 1 - step.LearningRate * _coefficient * ratio;
            values.mul_(factor);
        }
    }

    public override void Dispose() => _lambda.Dispose();

    private static IEnumerable<(int Offset, int Length)> Join(IEnumerable<ParameterSlot> slots)
    {
        int start = -1;
        int end = -1;
        foreach (ParameterSlot slot in slots.OrderBy(slot => slot.Offset))
        {
            if (slot.Offset != end)
            {
                if (start >= 0)
                    yield return (start, end - start);
                start = slot.Offset;
            }

            end = slot.Offset + slot.Length;
        }

        if (start >= 0)
            yield return (start, end - start);
    }
}
