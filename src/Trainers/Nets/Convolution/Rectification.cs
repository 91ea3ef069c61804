namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>The activations of convolutional recipes; all can be done in place.</summary>
internal enum Rectification
{
    /// <summary>None.</summary>
    None,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>min(6, max(0, x)).</summary>
    Relu6,
}
