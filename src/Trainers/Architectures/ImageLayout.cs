namespace MLExtensions;

/// <summary>How the pixels of a picture lie in a vector of features.</summary>
public enum ImageLayout
{
    /// <summary>[channels, height, width]: all of one colour, then all of the next; what <c>ExtractPixels</c> makes by default.</summary>
    Planar,

    /// <summary>[height, width, channels]: the colours of a pixel side by side; what <c>ExtractPixels(interleavePixelColors: true)</c> makes.</summary>
    Interleaved,
}
