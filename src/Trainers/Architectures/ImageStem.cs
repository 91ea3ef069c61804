namespace MLExtensions;

/// <summary>Which pictures a recipe is made for: how fast its first layers shrink them.</summary>
public enum ImageStem
{
    /// <summary><see cref="Small"/> for pictures with a side below 64 pixels, else <see cref="ImageNet"/>.</summary>
    Automatic,

    /// <summary>For pictures of about 28 to 64 pixels: the first layers keep the size, and a global average stands before the output layer.</summary>
    Small,

    /// <summary>As published, for pictures of about 224 pixels; published weights fit this one only.</summary>
    ImageNet,
}
