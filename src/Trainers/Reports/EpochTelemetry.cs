namespace MLExtensions;

/// <summary>What weight norms and input gradients look like after an epoch.</summary>
public sealed record EpochTelemetry
{
    /// <summary>One entry per weight, first layer first.</summary>
    public required IReadOnlyList<LayerTelemetry> Layers { get; init; }

    /// <summary>log N = Σ log ‖W_l‖: what moving scale between layers leaves as it is (Liu et al., arXiv 2008.02965).</summary>
    public required double LogIntrinsicNorm { get; init; }

    /// <summary>Σ ‖W_l‖², what weight decay makes small.</summary>
    public required double WeightDecayValue { get; init; }

    /// <summary>L N^(2/L) for L weights: the least value of <see cref="WeightDecayValue"/> that moving scale between layers can reach. A gap between the two is decay without effect on the function.</summary>
    public required double BalancedWeightDecayValue { get; init; }

    /// <summary>
    /// A bound on the norm of the loss's gradient by the features of any row, as the net scores: the product of the layers' norms, with batch normalisation folded in by its
    /// running statistics, times the largest gradient of the loss by the outputs. Infinite where none is known: layer normalisation, squared error, convolutions.
    /// </summary>
    public required double InputGradientBound { get; init; }

    /// <summary>The mean norm of that gradient over the epoch's first batch, with the weights after the epoch; features as the net sees them.</summary>
    public required double MeanInputGradientNorm { get; init; }

    /// <summary>
    /// The share of the first layer's ‖W‖² that lies on features which are zero in every row. The loss never changes that part; only a regulariser does. It is part of what lies
    /// outside the span of the inputs, and all of it where no other features depend on each other linearly. NaN where it is not known.
    /// </summary>
    public required double ShareOutsideInputs { get; init; }
}
