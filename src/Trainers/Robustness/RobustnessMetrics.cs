namespace MLExtensions;

/// <summary>How a classifier does when its rows are changed a little.</summary>
public sealed class RobustnessMetrics
{
    /// <summary>Rows that were evaluated.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows left out because their label is missing.</summary>
    public required long SkippedRows { get; init; }

    /// <summary>The columns that were attacked, whose units epsilon has.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The share of rows that are classified rightly as they are.</summary>
    public required double CleanAccuracy { get; init; }

    /// <summary>Mean over the rows of ‖∂l/∂x‖₂: the cross-entropy of the right class by the attacked columns, in nats per unit of the column.</summary>
    public required double MeanInputGradientNorm { get; init; }

    /// <summary>
    /// What ‖∂l/∂x‖₂ can be at most for any row: the intrinsic norm Π‖W_l‖ (Frobenius; batch normalisation and the units of the columns multiplied in; the greatest slope of
    /// the activations too), times √2 for multiclass. Null where no useful bound is known, as with layer normalisation.
    /// </summary>
    public required double? InputGradientBound { get; init; }

    /// <summary>Accuracy of each attack at each epsilon, in the order of the options' attacks, epsilons ascending.</summary>
    public required IReadOnlyList<RobustnessResult> Results { get; init; }

    /// <summary>Accuracy under one of the attacks at one of the epsilons.</summary>
    /// <exception cref="ArgumentException">They were not evaluated.</exception>
    public double AccuracyUnder(Attack attack, double epsilon) =>
        Results.FirstOrDefault(result => result.Attack == attack && result.Epsilon == epsilon)?.Accuracy ?? throw new ArgumentException(
            $"{attack?.Name} at epsilon {epsilon} was not evaluated. Evaluated were: {string.Join(", ", Results.Select(result => $"{result.Attack.Name} at {result.Epsilon}"))}.", nameof(epsilon));
}
