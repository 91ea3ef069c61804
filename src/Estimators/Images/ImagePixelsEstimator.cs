using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLExtensions.Transforms.Images;
using MLExtensions.Transforms.Interop;

namespace MLExtensions;

/// <summary>Makes the stage that reads pictures; there is nothing to learn. Made by <c>ml.Transforms.ImagePixels</c>.</summary>
public sealed class ImagePixelsEstimator : IEstimator<ImagePixelsTransformer>
{
    private readonly PixelStage _stage;

    internal ImagePixelsEstimator(PixelStage stage)
    {
        OptionsFaults.Throw("ImagePixels", faults =>
        {
            if (string.IsNullOrWhiteSpace(stage.InputColumn))
                faults.Add("inputColumnName is blank; give the name of a column.");
            if (string.IsNullOrWhiteSpace(stage.OutputColumn))
                faults.Add("outputColumnName is blank; give the name of a column.");
            stage.Format.Check(faults);
        });
        _stage = stage;
    }

    /// <summary>Makes the transformer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column of pictures is missing or has another type.</exception>
    public ImagePixelsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = _stage.Output(input.Schema);
        return new ImagePixelsTransformer(_stage);
    }

    /// <summary>The columns after the stage, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        SchemaShape.Column[] found = [.. inputSchema.Where(column => column.Name == _stage.InputColumn)];
        if (found.Length == 0)
            throw new ArgumentOutOfRangeException(
                nameof(inputSchema), $"Image column '{_stage.InputColumn}' not found. The columns are: {string.Join(", ", inputSchema.Take(50).Select(column => $"'{column.Name}'"))}.");
        bool vector = found[0].Kind != SchemaShape.Column.VectorKind.Scalar;
        if (found[0].IsKey || (vector ? found[0].ItemType != NumberDataViewType.Byte : found[0].ItemType is not (TextDataViewType or ImageDataViewType)))
            throw new ArgumentOutOfRangeException(
                nameof(inputSchema), $"Schema mismatch for image column '{_stage.InputColumn}': expected {PixelStage.Expectation}, got {found[0].Kind} of {found[0].ItemType}.");
        SchemaShape.Column output = SchemaShapes.Column(_stage.OutputColumn, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(inputSchema.Where(column => column.Name != output.Name).Append(output));
    }
}
