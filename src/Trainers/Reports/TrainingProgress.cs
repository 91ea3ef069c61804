namespace MLExtensions;

/// <summary>How far a fit is. Reported a few times per second and at the end of every epoch.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch that runs, 1 for the first.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs at most; early stopping may end the fit before.</summary>
    public required int Epochs { get; init; }

    /// <summary>Share of all steps that are done, 0 to 1.</summary>
    public required double Fraction { get; init; }

    /// <summary>Mean loss over the rows of this epoch so far.</summary>
    public required double TrainingLoss { get; init; }

    /// <summary>Loss over the whole validation set after the last full epoch; NaN without.</summary>
    public required double ValidationLoss { get; init; }

    /// <summary>Accuracy or root mean squared error over the whole validation set after the last full epoch; NaN without.</summary>
    public required double ValidationMetric { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Training rows per second in this epoch.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Time since the fit started (or went on).</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time to the last epoch.</summary>
    public required TimeSpan Remaining { get; init; }
}
