namespace MLExtensions;

/// <summary>A threshold of an adaptive width that was chosen from validation rows, with what it is worth there.</summary>
public sealed record AdaptiveWidthChoice
{
    /// <summary>The view with that threshold.</summary>
    public required BayesianNestedTransformer Model { get; init; }

    /// <summary>The narrow width that every row is scored at.</summary>
    public double Start => Model.Model.AdaptiveStart!.Value;

    /// <summary>The largest probability from which on a narrow score is kept.</summary>
    public required double Threshold { get; init; }

    /// <summary>Accuracy of the view on the validation rows.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Accuracy of the wide width on them.</summary>
    public required double FullAccuracy { get; init; }

    /// <summary>Accuracy of the narrow width on them.</summary>
    public required double StartAccuracy { get; init; }

    /// <summary>The share of rows that are scored a second time.</summary>
    public required double WidenedShare { get; init; }

    /// <summary>Mean multiplications of a row, as a share of the wide width's.</summary>
    public required double MeanCost { get; init; }
}
