using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Images;
using MLExtensions.Transforms.Interop;

namespace MLExtensions;

/// <summary>
/// Adds the pixels of pictures as a vector [channels, height, width] of Single from 0 to 255, in red, green, blue. Lazy; cursors decode in parallel ahead of
/// their consumer. Immutable and thread-safe.
/// </summary>
public sealed class ImagePixelsTransformer : ITransformer
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };
    private readonly PixelStage _stage;

    internal ImagePixelsTransformer(PixelStage stage) => _stage = stage;

    /// <summary>The column of pictures.</summary>
    public string InputColumnName => _stage.InputColumn;

    /// <summary>The column of pixels.</summary>
    public string OutputColumnName => _stage.OutputColumn;

    /// <summary>Pixels in a row.</summary>
    public int Width => _stage.Format.Width;

    /// <summary>Rows of pixels.</summary>
    public int Height => _stage.Format.Height;

    /// <summary>1: grey; 3: colour.</summary>
    public int Channels => _stage.Format.Channels;

    bool ITransformer.IsRowToRowMapper => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The column of pictures is missing or has another type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _stage.Output(inputSchema);
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new PixelView(input, _stage, _stage.Output(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new PixelRowMapper(inputSchema, _stage.Output(inputSchema), _stage);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ImagePixelsLoader.Save(ctx, writer => writer.Write(JsonSerializer.Serialize(_stage, Json)));

    /// <summary>Reads what was saved.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    internal static ImagePixelsTransformer Read(BinaryReader reader)
    {
        try
        {
            PixelStage stage = JsonSerializer.Deserialize<PixelStage>(reader.ReadString(), Json) ?? throw new JsonException("it is null");
            var faults = new List<string>();
            if (string.IsNullOrWhiteSpace(stage.InputColumn) || string.IsNullOrWhiteSpace(stage.OutputColumn) || stage.Format is null)
                faults.Add("a column or the format is missing.");
            stage.Format?.Check(faults);
            return faults.Count == 0 ? new ImagePixelsTransformer(stage) : throw new JsonException(string.Join(' ', faults));
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"The model file is damaged: its ImagePixels stage cannot be read ({e.Message}). Save the model again, or take another copy of the file.", e);
        }
    }
}
