namespace MLExtensions.Trainers.Scoring;

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
