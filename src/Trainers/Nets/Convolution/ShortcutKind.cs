namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>What is added to the result of a block.</summary>
internal enum ShortcutKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The block's input.</summary>
    Identity,

    /// <summary>The block's input through a 1 x 1 convolution.</summary>
    Projection,

    /// <summary>Every second pixel of the block's input, to the first channels.</summary>
    ZerosAtEnd,

    /// <summary>Every second pixel of the block's input, to the channels in the middle.</summary>
    ZerosAround,
}
