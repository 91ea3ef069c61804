using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The loss of the source's rows in a mixed batch.</summary>
internal abstract class PretrainingObjective : IDisposable
{
    /// <summary>Writes the gradient by the outputs of the batch's mean loss.</summary>
    /// <param name="outputs">[source rows, outputs of both heads]</param>
    /// <param name="source">The source's rows; their views lie one after the other in the outputs.</param>
    /// <param name="targetOutputs">Outputs of the target's head, which come first.</param>
    /// <param name="lossSum">[1]: gains Σ weight · l.</param>
    /// <param name="gradient">[source rows, outputs of both heads], all 0 on entry.</param>
    public abstract void AddGradient(Tensor outputs, Batch source, int targetOutputs, Tensor lossSum, Tensor gradient);

    /// <inheritdoc/>
    public abstract void Dispose();
}
