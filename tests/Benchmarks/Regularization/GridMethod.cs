namespace MLExtensions.Benchmarks.Regularization;

/// <summary>A way to regularise a batch-norm net, with the coefficients that its grid tries.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Coefficients">λ; one NaN where it has none.</param>
/// <param name="Standardized">Whether the recipe standardises its weights.</param>
/// <param name="Optimizer">Of λ.</param>
/// <param name="Regularizers">Of λ.</param>
internal sealed record GridMethod(
    string Name, double[] Coefficients, bool Standardized, Func<double, Optimizer> Optimizer, Func<double, Regularizer[]> Regularizers)
{
    /// <summary>
    /// The methods under SGD with momentum or under Adam. λ spans three decades around what is usual for each. Convolutions have no recipe with standardised weights.
    /// </summary>
    public static IReadOnlyList<GridMethod> For(bool adam, bool convolutional)
    {
        double[] coupled = [1e-5, 1e-4, 1e-3, 1e-2];
        double[] decoupled = adam ? [3e-3, 3e-2, 3e-1, 3] : [1e-4, 1e-3, 1e-2, 1e-1];
        Func<double, Optimizer> plain = _ => adam ? MLExtensions.Optimizer.Adam() : MLExtensions.Optimizer.Sgd();
        GridMethod[] all =
        [
            new("none", [double.NaN], false, plain, _ => []),
            new("weight decay, coupled", coupled, false, plain, λ => [Regularizer.WeightDecay(λ)]),
            new("weight decay, decoupled", decoupled, false, plain, λ => [Regularizer.WeightDecay(λ, decoupled: true)]),
            adam
                ? new("AdamP", decoupled, false, λ => MLExtensions.Optimizer.AdamP(λ), _ => [])
                : new("SGDP", coupled, false, λ => MLExtensions.Optimizer.SgdP(λ), _ => []),
            new("weight standardisation, coupled decay", coupled, true, plain, λ => [Regularizer.WeightDecay(λ)]),
            new("WRS, λ on the output layer", coupled, false, plain, λ => [Regularizer.WeightRescaling(), Regularizer.WeightDecay(λ)]),
        ];
        return [.. all.Where(method => !(convolutional && method.Standardized))];
    }

    /// <summary>The learning rates of the grid. A convolutional net has a wide output layer, which bears less under SGD.</summary>
    public static double[] LearningRates(bool adam, bool convolutional) =>
        adam ? [1e-4, 1e-3, 1e-2, 1e-1] : convolutional ? [0.003, 0.03, 0.1, 0.3] : [0.003, 0.03, 0.3, 3];
}
