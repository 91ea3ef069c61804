namespace MLExtensions;

/// <summary>How a CIFAR residual net carries a block's input past a block that halves the picture and doubles the channels (He et al., 2016, section 4.2).</summary>
public enum CifarShortcut
{
    /// <summary>Every second pixel, the new channels zero and last: the paper's option A, without parameters.</summary>
    ZerosAtEnd,

    /// <summary>Every second pixel, half of the new channels zero before the old ones, half after.</summary>
    ZerosAround,

    /// <summary>A 1 x 1 convolution with batch normalisation: the paper's option B.</summary>
    Projection,
}
