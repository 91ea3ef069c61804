namespace MLExtensions;

/// <summary>The non-linearity between two layers.</summary>
public enum Activation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x for x &gt; 0, else 0.01 x.</summary>
    LeakyRelu,

    /// <summary>x Φ(x), with the exact normal distribution function Φ.</summary>
    Gelu,

    /// <summary>x / (1 + exp(-x)), also called Swish.</summary>
    Silu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x: a linear net.</summary>
    Identity,
}
