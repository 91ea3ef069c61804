using System.Text.Json.Serialization;

namespace MLExtensions.Transforms.Images;

/// <summary>What a picture becomes: a vector of bytes in the order [channels, height, width].</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1: grey; 3: red, green, blue.</param>
/// <param name="Fit">How a picture of another shape is fitted in.</param>
internal sealed record PixelFormat(int Width, int Height, int Channels, ImageFit Fit)
{
    /// <summary>The largest side.</summary>
    public const int LargestSide = 16_384;

    /// <summary>Values of a picture.</summary>
    [JsonIgnore]
    public int Length => Channels * Height * Width;

    /// <summary>Adds what is wrong to <paramref name="faults"/>.</summary>
    public void Check(ICollection<string> faults)
    {
        if (Width is < 1 or > LargestSide)
            faults.Add($"Width is {Width}; allowed are 1 to {LargestSide} pixels.");
        if (Height is < 1 or > LargestSide)
            faults.Add($"Height is {Height}; allowed are 1 to {LargestSide} pixels.");
        if (Channels is not (1 or 3))
            faults.Add($"Channels is {Channels}; allowed are 1 (grey) and 3 (colour).");
        if (!Enum.IsDefined(Fit))
            faults.Add($"Fit is {(int)Fit}; allowed are {string.Join(", ", Enum.GetNames<ImageFit>())}.");
    }
}
