namespace MLExtensions;

/// <summary>What stands between a layer's product and its activation.</summary>
public enum Normalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Batch normalisation: each unit by its mean and variance over the batch; by running statistics when scoring.</summary>
    Batch,

    /// <summary>Layer normalisation: each row by its mean and variance over the units.</summary>
    Layer,
}
