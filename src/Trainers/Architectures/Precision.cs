namespace MLExtensions;

/// <summary>The type of numbers in which a net computes. Weights are kept in float32 whatever it is.</summary>
public enum Precision
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>
    /// 16-bit brain floating point for the convolutions and what lies between them; weights, normalisations, their statistics, the output layer and the loss stay in float32.
    /// Faster where the processor has instructions for it (AVX-512 BF16, AMX), slower elsewhere. For convolutional recipes.
    /// </summary>
    BFloat16,
}
