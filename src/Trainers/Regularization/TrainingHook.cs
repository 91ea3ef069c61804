using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Regularization;

/// <summary>What a regulariser may do during a fit. Every method runs under no-grad and within the step's dispose scope.</summary>
internal abstract class TrainingHook : IDisposable
{
    /// <summary>Before the first step, with the initial weights, or with those of a fit that goes on.</summary>
    /// <param name="context">Net and optimiser.</param>
    /// <param name="resumed">Whether the fit goes on from a checkpoint: then the weights are what an uninterrupted fit would have now, and must not be touched.</param>
    public virtual void FitStart(FitContext context, bool resumed)
    {
    }

    /// <summary>Before the forward pass; may put other rows of features in the place of the batch's, which itself must stay as it is.</summary>
    public virtual Batch BeforeForward(ForwardContext step) => step.Batch;

    /// <summary>After the loss of a batch is known and before the backward pass of the net; may change the gradient by the outputs.</summary>
    public virtual void AfterLoss(StepContext step)
    {
    }

    /// <summary>After the flat gradient is complete and before it is clipped.</summary>
    public virtual void AfterGradient(StepContext step)
    {
    }

    /// <summary>After the optimiser's step.</summary>
    public virtual void AfterStep(StepContext step)
    {
    }

    /// <summary>After the last step of an epoch, before validation.</summary>
    public virtual void EpochEnd(FitContext context, int epoch)
    {
    }

    /// <summary>Whether <see cref="Fault"/> can say anything.</summary>
    public virtual bool MayStop => false;

    /// <summary>After <see cref="EpochEnd"/>: why the fit cannot go on, naming weight and setting; null when all is well.</summary>
    /// <param name="context">Net and optimiser.</param>
    /// <param name="learningRate">η of the epoch's last step.</param>
    public virtual string? Fault(FitContext context, double learningRate) => null;

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
