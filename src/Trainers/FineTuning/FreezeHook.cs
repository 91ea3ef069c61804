using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>Clears the gradient of frozen parameters. No step rule moves a parameter whose gradient was always 0, and no other hook is given it.</summary>
internal sealed class FreezeHook : TrainingHook
{
    private readonly List<Tensor> _gradients = [];

    public FreezeHook(FlatParameters parameters, IReadOnlySet<string> frozen)
    {
        foreach (ParameterSlot slot in parameters.Layout.Parameters.Where(slot => frozen.Contains(slot.Name)))
            _gradients.Add(parameters.GradientRange(slot.Offset, slot.Length));
    }

    public override void AfterGradient(StepContext step)
    {
        foreach (Tensor gradient in _gradients)
        {
            Tensor cleared = gradient.zero_();
            if (!ReferenceEquals(cleared, gradient))
                cleared.Dispose();
        }
    }
}
