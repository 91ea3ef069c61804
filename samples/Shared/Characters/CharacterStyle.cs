namespace MLExtensions.Samples.Shared.Characters;

/// <summary>How much the drawn characters vary. Lengths are in pixels of the 28 x 28 picture; every value is drawn anew for each character.</summary>
public sealed record CharacterStyle
{
    /// <summary>Untidy handwriting; the default.</summary>
    public static CharacterStyle Handwriting { get; } = new();

    /// <summary>Small variations, thin lines and little noise, as of a printed form.</summary>
    public static CharacterStyle Print { get; } = new()
    {
        MaxSlant = 0.1f,
        MinThickness = 1.4f,
        MaxThickness = 2.2f,
        MinScale = 0.85f,
        MaxScale = 1f,
        MaxShift = 1f,
        MaxRotation = 0.05f,
        Jitter = 0.25f,
        Noise = 0.05f,
    };

    /// <summary>A thick brush that leans to the right.</summary>
    public static CharacterStyle Brush { get; } = new()
    {
        MeanSlant = 0.25f,
        MinThickness = 3f,
        MaxThickness = 4.6f,
        Jitter = 0.7f,
        Noise = 0.05f,
    };

    /// <summary>The middle of the slants: sideways shift per unit of height, positive to the right.</summary>
    public float MeanSlant { get; init; }

    /// <summary>The largest distance of a slant from <see cref="MeanSlant"/>.</summary>
    public float MaxSlant { get; init; } = 0.3f;

    /// <summary>The thinnest line.</summary>
    public float MinThickness { get; init; } = 1.4f;

    /// <summary>The thickest line.</summary>
    public float MaxThickness { get; init; } = 3.4f;

    /// <summary>The smallest size, as a share of 20 pixels; width and height vary on their own.</summary>
    public float MinScale { get; init; } = 0.7f;

    /// <summary>The largest size, as a share of 20 pixels.</summary>
    public float MaxScale { get; init; } = 1.05f;

    /// <summary>The largest shift of the centre, sideways and up or down.</summary>
    public float MaxShift { get; init; } = 2.5f;

    /// <summary>The largest turn about the centre, in radians.</summary>
    public float MaxRotation { get; init; } = 0.15f;

    /// <summary>Standard deviation of the movement of each point of a stroke.</summary>
    public float Jitter { get; init; } = 0.5f;

    /// <summary>Standard deviation of what is added to each pixel's brightness.</summary>
    public float Noise { get; init; } = 0.12f;

    /// <summary>Whether a 0 has no stroke through it and a 1 is a single line, so that they look like an O and an I.</summary>
    public bool PlainDigits { get; init; }
}
