namespace MLExtensions.Trainers.Regularization;

/// <summary>What a regulariser may do during a fit. Every method runs under no-grad and within the step's dispose scope.</summary>
internal abstract class TrainingHook : IDisposable
{
    /// <summary>Before the first step, with the initial (or resumed) weights.</summary>
    public virtual void FitStart()
    {
    }

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
    public virtual void EpochEnd(int epoch)
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
