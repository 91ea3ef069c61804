namespace MLExtensions.Trainers.Scoring;

/// <summary>The activations that cost next to nothing while the sums are still in registers.</summary>
internal enum Rectifier
{
    /// <summary>Nothing, or a function that is applied to the whole row afterwards.</summary>
    None,

    /// <summary>Negative numbers become zero.</summary>
    Relu,

    /// <summary>Negative numbers are multiplied by 0.01.</summary>
    LeakyRelu,
}

/// <summary>Which rectifier belongs to a layer.</summary>
internal static class Rectifiers
{
    /// <summary>The slope of the leaky rectifier below zero.</summary>
    public const float Leak = 0.01f;

    /// <summary>The rectifier that the kernel applies for a layer.</summary>
    public static Rectifier Of(DenseLayer layer) => layer.Normalizes ? Rectifier.None : layer.Activation switch
    {
        Activation.Relu => Rectifier.Relu,
        Activation.LeakyRelu => Rectifier.LeakyRelu,
        _ => Rectifier.None,
    };
}
