using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The source's own labels, by the source's own head. Class indices are those of the source, however few of its classes take part.</summary>
internal sealed class LabelObjective(Loss loss) : PretrainingObjective
{
    public override void AddGradient(Tensor outputs, Batch source, int targetOutputs, Tensor lossSum, Tensor gradient)
    {
        long count = outputs.shape[1] - targetOutputs;
        using Tensor view = outputs.narrow(1, targetOutputs, count);
        using Tensor own = view.contiguous(); // [source rows, source outputs]
        using Tensor result = loss.Gradient(own, source.Targets, source.Weights, lossSum);
        using Tensor place = gradient.narrow(1, targetOutputs, count);
        place.copy_(result);
    }

    public override void Dispose() => loss.Dispose();
}
