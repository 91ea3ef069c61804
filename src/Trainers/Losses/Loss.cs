using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Losses;

/// <summary>
/// A loss with its gradient in closed form. Per row l(output, target); over a batch the mean of weight · l, with weights whose mean over the training rows is 1,
/// so that a row of weight 2 counts like two rows.
/// </summary>
internal abstract class Loss : IDisposable
{
    /// <summary>The gradient of the batch's mean loss by the outputs; adds the batch's loss sum to <paramref name="lossSum"/>. Does not change <paramref name="outputs"/>.</summary>
    /// <param name="outputs">[batch, outputs]</param>
    /// <param name="targets">[batch]: class indices (int64) or numbers (float32).</param>
    /// <param name="weights">[batch], or null for 1.</param>
    /// <param name="lossSum">[1]: gains Σ weight · l.</param>
    /// <returns>[batch, outputs]</returns>
    public abstract Tensor Gradient(Tensor outputs, Tensor targets, Tensor? weights, Tensor lossSum);

    /// <summary>The same for a batch, whose rows may be of two kinds, or have two labels in shares.</summary>
    public virtual Tensor Gradient(Tensor outputs, Batch batch, Tensor lossSum)
    {
        Tensor gradient = Gradient(outputs, batch.Targets, batch.Weights, lossSum);
        if (batch.Mixed is not { } mixed)
            return gradient;
        using Scalar one = 1;
        using Tensor other = Gradient(outputs, mixed.Targets, mixed.Weights, lossSum);
        return gradient.add_(other, one);
    }

    /// <summary>The same by some of the outputs, for an output layer that holds several heads; writes into a gradient by all of them.</summary>
    /// <param name="outputs">[batch, all outputs], rows next to each other in memory</param>
    /// <param name="first">The head's first output.</param>
    /// <param name="count">Its number of outputs.</param>
    /// <param name="targets">As above.</param>
    /// <param name="weights">As above.</param>
    /// <param name="lossSum">As above.</param>
    /// <param name="gradient">[batch, all outputs]; the other outputs are left alone.</param>
    public virtual void WriteGradient(Tensor outputs, int first, int count, Tensor targets, Tensor? weights, Tensor lossSum, Tensor gradient)
    {
        using Tensor view = outputs.narrow(1, first, count);
        using Tensor own = view.contiguous();
        using Tensor result = Gradient(own, targets, weights, lossSum);
        using Tensor place = gradient.narrow(1, first, count);
        place.copy_(result);
    }

    /// <summary>The mean loss of pre-training rows since the last call; NaN without such rows.</summary>
    public virtual double TakePretrainingLoss() => double.NaN;

    /// <summary>The losses of rows, without label smoothing: what a validation reports.</summary>
    /// <returns>[batch]</returns>
    public abstract Tensor PerRow(Tensor outputs, Tensor targets);

    /// <summary>What a validation measures beside the loss, per row, such as 1 for a right class.</summary>
    /// <returns>[batch], float32</returns>
    public abstract Tensor MetricPerRow(Tensor outputs, Tensor targets);

    /// <summary>Name of the metric.</summary>
    public abstract string MetricName { get; }

    /// <summary>Turns the mean of <see cref="MetricPerRow"/> into the metric.</summary>
    public virtual double Metric(double mean) => mean;

    /// <summary>The largest norm that the gradient of a row's loss by its outputs can have, at weight 1; infinite where it grows without end.</summary>
    public virtual double LargestOutputGradient => double.PositiveInfinity;

    /// <inheritdoc/>
    public abstract void Dispose();
}
