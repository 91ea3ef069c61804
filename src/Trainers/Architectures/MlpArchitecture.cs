namespace MLExtensions;

/// <summary>The recipe of a multi-layer perceptron; made by <see cref="Architecture.Mlp"/>.</summary>
public sealed record MlpArchitecture : Architecture
{
    /// <summary>Makes the recipe; see <see cref="Architecture.Mlp"/>.</summary>
    public MlpArchitecture(IReadOnlyList<int> widths, Activation activation, Normalization normalization, double dropout, bool weightStandardization = false)
    {
        ArgumentNullException.ThrowIfNull(widths);
        Widths = [.. widths];
        Activation = activation;
        Normalization = normalization;
        Dropout = dropout;
        WeightStandardization = weightStandardization;
    }

    /// <summary>Units of each hidden layer, first to last.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>The non-linearity of the hidden layers.</summary>
    public Activation Activation { get; }

    /// <summary>What stands between product and activation.</summary>
    public Normalization Normalization { get; }

    /// <summary>The share of hidden units that are dropped while training.</summary>
    public double Dropout { get; }

    /// <summary>Whether each row of a hidden layer's weight is standardised, (w − mean) / (deviation + 1e-5), before the product.</summary>
    public bool WeightStandardization { get; }

    internal override string? ActivationThatIsNotHomogeneous =>
        Widths.Count > 0 && Activation is not (Activation.Relu or Activation.LeakyRelu or Activation.Identity) ? Activation.ToString() : null;

    /// <inheritdoc/>
    public bool Equals(MlpArchitecture? other) =>
        other is not null && Widths.SequenceEqual(other.Widths) && Activation == other.Activation && Normalization == other.Normalization && Dropout.Equals(other.Dropout)
        && WeightStandardization == other.WeightStandardization;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Widths.Count, Widths.Count > 0 ? Widths[0] : 0, Activation, Normalization, Dropout, WeightStandardization);

    /// <inheritdoc/>
    public override string ToString() =>
        $"Mlp([{string.Join(", ", Widths)}], {Activation}, {Normalization}, dropout {Dropout.ToString(System.Globalization.CultureInfo.InvariantCulture)}"
        + (WeightStandardization ? ", weight standardization)" : ")");

    internal override bool IsNormalized => Normalization != Normalization.None && Widths.Count > 0;

    internal override void Check(ICollection<string> faults)
    {
        for (int i = 0; i < Widths.Count; i++)
            if (Widths[i] is < 1 or > 1_000_000)
                faults.Add($"Architecture.Mlp: widths[{i}] is {Widths[i]}; allowed are 1 to 1,000,000 units. Give each hidden layer at least one unit, or leave the layer out.");
        if (Widths.Count > 1000)
            faults.Add($"Architecture.Mlp: {Widths.Count} hidden layers; allowed are 0 to 1,000.");
        if (!Enum.IsDefined(Activation))
            faults.Add($"Architecture.Mlp: activation is {(int)Activation}; allowed are {string.Join(", ", Enum.GetNames<Activation>())}.");
        if (!Enum.IsDefined(Normalization))
            faults.Add($"Architecture.Mlp: normalization is {(int)Normalization}; allowed are {string.Join(", ", Enum.GetNames<Normalization>())}.");
        if (!(Dropout is >= 0 and < 1))
            faults.Add($"Architecture.Mlp: dropout is {Dropout}; allowed is 0 to below 1. 0 switches it off.");
        if (WeightStandardization && Normalization == Normalization.None)
            faults.Add("Architecture.Mlp: weightStandardization is on without a normalization; standardised rows make outputs grow by the root of the inputs in every layer. "
                + "Add normalization: Normalization.Batch, or leave weightStandardization out.");
    }
}
