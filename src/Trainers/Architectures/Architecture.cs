using System.Text.Json.Serialization;

namespace MLExtensions;

/// <summary>
/// The recipe of a net: what its layers are, without the sizes of the feature column and of the output, which the data decide. Saved as JSON with the model.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "recipe")]
[JsonDerivedType(typeof(MlpArchitecture), "mlp")]
public abstract record Architecture
{
    private protected Architecture()
    {
    }

    /// <summary>A multi-layer perceptron: product, normalisation, activation and dropout per hidden layer, then a linear output layer.</summary>
    /// <param name="widths">Units of each hidden layer, first to last; each at least 1. Empty for a linear model.</param>
    /// <param name="activation">The non-linearity of the hidden layers.</param>
    /// <param name="normalization">What stands between product and activation.</param>
    /// <param name="dropout">The share of hidden units that are dropped while training, in [0, 1).</param>
    /// <param name="weightStandardization">
    /// Whether each row of a hidden layer's weight is standardised, (w − mean) / (deviation + 1e-5), before the product (Qiao et al., arXiv 1903.10520); needs a normalization after it.
    /// </param>
    public static MlpArchitecture Mlp(
        IReadOnlyList<int> widths,
        Activation activation = Activation.Relu,
        Normalization normalization = Normalization.None,
        double dropout = 0,
        bool weightStandardization = false) => new(widths, activation, normalization, dropout, weightStandardization);

    /// <summary>Whether a normalisation follows some weight, so that its scale does not matter; recipes with built-in normalisation leave this.</summary>
    internal virtual bool IsNormalized => true;

    /// <summary>The non-linearity between layers.</summary>
    internal virtual Activation HiddenActivation => Activation.Relu;

    /// <summary>Adds what is wrong with this recipe to <paramref name="faults"/>, one line each with name, value, allowed range and remedy.</summary>
    internal abstract void Check(ICollection<string> faults);
}
