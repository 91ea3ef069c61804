using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The source's own labels, by the source's own head. Class indices are those of the source, however few of its classes take part.</summary>
internal sealed class LabelObjective(Loss loss) : PretrainingObjective
{
    public override void AddGradient(Tensor outputs, Batch source, int targetOutputs, Tensor lossSum, Tensor gradient) =>
        loss.WriteGradient(outputs, targetOutputs, (int)outputs.shape[1] - targetOutputs, source.Targets, source.Weights, lossSum, gradient);

    public override void Dispose() => loss.Dispose();
}
