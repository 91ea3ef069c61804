namespace MLExtensions;

/// <summary>How a picture of another shape is brought to the wanted width and height.</summary>
public enum ImageFit
{
    /// <summary>The picture keeps its proportions and fills the area; what stands over is cut off evenly on both sides.</summary>
    Crop,

    /// <summary>The picture keeps its proportions and is shown whole; the rest is white.</summary>
    Pad,

    /// <summary>The picture is stretched or squeezed to the area.</summary>
    Stretch,
}
