using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace MLExtensions.Transforms.Images;

/// <summary>Which column of pictures becomes which column of pixels.</summary>
/// <param name="InputColumn">File names, bytes of files, or images.</param>
/// <param name="OutputColumn">The pixels.</param>
/// <param name="Folder">What relative file names start from; null for the current folder.</param>
/// <param name="Format">What a picture becomes.</param>
internal sealed record PixelStage(string InputColumn, string OutputColumn, string? Folder, PixelFormat Format)
{
    public const string Expectation = "Text (names of image files), a vector of Byte (the bytes of image files) or an image (MLImage)";

    private const int LargestLookAhead = 256;
    private const int LookAheadBytes = 64 << 20;

    /// <summary>Pictures that a cursor decodes ahead: 256, fewer where they are large, so that they take at most 64 MiB.</summary>
    [JsonIgnore]
    public int LookAhead => Math.Clamp(LookAheadBytes / Format.Length, 2, LargestLookAhead);

    /// <summary>[channels, height, width] of Single.</summary>
    [JsonIgnore]
    public VectorDataViewType OutputType => new(NumberDataViewType.Single, Format.Channels, Format.Height, Format.Width);

    /// <summary>Whether a column can be the input.</summary>
    public static bool Fits(DataViewType type) =>
        type is TextDataViewType or ImageDataViewType || (type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte);

    /// <summary>The columns after the stage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has another type.</exception>
    public DataViewSchema Output(DataViewSchema input)
    {
        DataViewSchema.Column column = input.GetColumnOrNull(InputColumn) ?? throw new ArgumentOutOfRangeException(
            nameof(input), $"Image column '{InputColumn}' not found. The columns are: {string.Join(", ", input.Take(50).Select(c => $"'{c.Name}'"))}.");
        if (!Fits(column.Type))
            throw new ArgumentOutOfRangeException(nameof(input), $"Schema mismatch for image column '{InputColumn}': expected {Expectation}, got {column.Type}.");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(OutputColumn, OutputType);
        return builder.ToSchema();
    }
}
