namespace MLExtensions.Benchmarks.Robustness;

/// <summary>A way to regularise a net without normalisation, with the coefficients that are tried, weakest first.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Symbol">Of the coefficient.</param>
/// <param name="Coefficients">One 0 where it has none.</param>
/// <param name="Regularizers">Of a coefficient.</param>
internal sealed record RobustMethod(string Name, string Symbol, double[] Coefficients, Func<double, Regularizer[]> Regularizers)
{
    /// <summary>What is compared; the first is the plain net.</summary>
    public static IReadOnlyList<RobustMethod> All { get; } =
    [
        new("none", "", [0], _ => []),
        new("weight decay", "λ", [1e-3, 3e-3, 5.6e-3, 1e-2, 1.8e-2, 3e-2, 5.6e-2, 1e-1], λ => [Regularizer.WeightDecay(λ)]),
        new("WEISSI", "λ₁", [3e-2, 1e-1, 1.8e-1, 3e-1, 5.6e-1, 1, 1.8, 3], λ => [Regularizer.ScaleShiftInvariant(λ)]),
        new("adversarial training", "ε", [0.05, 0.1, 0.15, 0.2, 0.3], ε => [Regularizer.AdversarialTraining(ε, steps: 3, lowerBound: 0, upperBound: 1)]),
    ];
}
