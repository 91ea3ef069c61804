namespace MLExtensions.Trainers.Nets;

/// <summary>What a parameter is for: decides who may regularise it.</summary>
internal enum ParameterRole
{
    /// <summary>The matrix or kernel of a layer, [out, in].</summary>
    Weight,

    /// <summary>What is added to a layer's product, [out].</summary>
    Bias,

    /// <summary>The scale γ of a normalisation, [units].</summary>
    NormScale,

    /// <summary>The shift β of a normalisation, [units].</summary>
    NormShift,

    /// <summary>Nested nets: log α of every weight, the size of its noise, [out, in].</summary>
    WeightNoise,

    /// <summary>Nested nets: the logits of the chain that orders a layer's units, [groups].</summary>
    Gate,
}
