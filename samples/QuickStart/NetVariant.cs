namespace MLExtensions.Samples;

/// <summary>A net of the table: what is set beside the defaults.</summary>
/// <param name="Name">Its row in the table.</param>
/// <param name="Architecture">The recipe; null for the trainer's own choice.</param>
/// <param name="Regularization">The regularisers.</param>
internal sealed record NetVariant(string Name, Architecture? Architecture, IReadOnlyList<Regularizer> Regularization)
{
    /// <summary>The defaults, then one regulariser each. Weight rescaling needs a normalisation, which the default net has; the scale-shift-invariant penalty wants none.</summary>
    public static IReadOnlyList<NetVariant> All { get; } =
    [
        new("NeuralNetwork", null, []),
        new("NeuralNetwork, weight decay", null, [Regularizer.WeightDecay(1e-3)]),
        new("NeuralNetwork, WRS", null, [Regularizer.WeightRescaling()]),
        new("NeuralNetwork, WEISSI", MLExtensions.Architecture.Mlp([256, 128], dropout: 0.1), [Regularizer.ScaleShiftInvariant(lambda1: 1e-3)]),
    ];
}
