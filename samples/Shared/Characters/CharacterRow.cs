using Microsoft.ML.Data;

namespace MLExtensions.Samples.Shared.Characters;

/// <summary>One grey picture and what it shows; a row for <c>LoadFromEnumerable</c>.</summary>
public sealed class CharacterRow
{
    /// <summary>Pixels per side.</summary>
    public const int Side = 28;

    /// <summary>Pixels per picture.</summary>
    public const int PixelCount = Side * Side;

    /// <summary>Brightness from 0 (background) to 1 (ink), row by row from the top left corner.</summary>
    [VectorType(PixelCount)]
    public float[] Pixels { get; set; } = [];

    /// <summary>The class, such as "7" or "K".</summary>
    public string Label { get; set; } = "";
}
