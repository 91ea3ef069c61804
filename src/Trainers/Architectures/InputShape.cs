using System.Globalization;
using System.Text.Json.Serialization;

namespace MLExtensions;

/// <summary>What a row of features is to a net: a plain vector, or a picture.</summary>
public sealed record InputShape
{
    [JsonConstructor]
    internal InputShape(int length, int channels, int height, int width, ImageLayout layout)
    {
        Length = length;
        Channels = channels;
        Height = height;
        Width = width;
        Layout = layout;
    }

    /// <summary>Features per row.</summary>
    public int Length { get; }

    /// <summary>Channels of the picture: 1 for grey, 3 for colour; 0 for a plain vector.</summary>
    public int Channels { get; }

    /// <summary>Rows of pixels; 0 for a plain vector.</summary>
    public int Height { get; }

    /// <summary>Pixels in a row; 0 for a plain vector.</summary>
    public int Width { get; }

    /// <summary>How the pixels lie in the row.</summary>
    public ImageLayout Layout { get; }

    /// <summary>Whether it is a picture.</summary>
    [JsonIgnore]
    public bool IsImage => Channels != 0;

    /// <summary>Means and factors that standardise such a row: one for each feature, or one for each channel of a picture.</summary>
    internal int Statistics => IsImage ? Channels : Length;

    /// <summary>A plain vector.</summary>
    /// <param name="length">Features per row, at least 1.</param>
    public static InputShape Vector(int length) => new(length, 0, 0, 0, ImageLayout.Planar);

    /// <summary>A picture.</summary>
    /// <param name="channels">1 for grey, 3 for colour; at least 1.</param>
    /// <param name="height">Rows of pixels, at least 1.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="layout">How the pixels lie in the row.</param>
    public static InputShape Image(int channels, int height, int width, ImageLayout layout = ImageLayout.Planar) =>
        new((int)Math.Clamp((double)channels * height * width, int.MinValue, int.MaxValue), channels, height, width, layout);

    /// <summary>A plain vector of that length.</summary>
    public static implicit operator InputShape(int length) => Vector(length);

    /// <inheritdoc/>
    public override string ToString() => IsImage
        ? string.Create(CultureInfo.InvariantCulture, $"{Channels} x {Height} x {Width} ({Layout})")
        : string.Create(CultureInfo.InvariantCulture, $"{Length} features");

    /// <summary>Adds what cannot be to <paramref name="faults"/>.</summary>
    internal void Check(string name, ICollection<string> faults)
    {
        if (!Enum.IsDefined(Layout))
            faults.Add($"{name}: layout is {(int)Layout}; allowed are {string.Join(", ", Enum.GetNames<ImageLayout>())}.");
        bool possible = IsImage
            ? Channels > 0 && Height > 0 && Width > 0 && (double)Channels * Height * Width <= int.MaxValue && Length == Channels * Height * Width
            : Length > 0;
        if (!possible)
            faults.Add(IsImage || Height != 0 || Width != 0
                ? $"{name} is a picture of {Channels} x {Height} x {Width} in {Length} features; each number must be at least 1, and the product at most {int.MaxValue}."
                : $"{name} has {Length} features; it must have at least 1.");
    }
}
