using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Data;
using MLExtensions.Transforms.Embedding;
using MLExtensions.Transforms.Interop;

namespace MLExtensions;

/// <summary>
/// Adds a net's features as a vector column: what its output layer sees. Nothing is fitted: the net is given. A few labelled rows and a simple trainer on such a column often do
/// what a whole net needs many rows for.
/// </summary>
public sealed class NetworkEmbeddingEstimator : IEstimator<NetworkEmbeddingTransformer>
{
    private readonly NetworkEmbeddingTransformer _transformer;

    internal NetworkEmbeddingEstimator(string outputColumnName, ITransformer model, string? inputColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentNullException.ThrowIfNull(model);
        NeuralNetworkTransformer net = FittedNetworks.In(model);
        _transformer = new NetworkEmbeddingTransformer(net.Model.Network, outputColumnName, inputColumnName ?? net.FeatureColumnName);
    }

    /// <summary>Checks the columns; nothing is read.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has another type.</exception>
    public NetworkEmbeddingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The columns after the stage, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        string input = _transformer.InputColumnName;
        if (inputSchema.All(column => column.Name != input))
            throw new ArgumentOutOfRangeException(nameof(inputSchema), LabelTypes.NotFound("Input", input, inputSchema.Select(column => column.Name)));
        SchemaShape.Column column = inputSchema.First(column => column.Name == input);
        if (column.Kind == SchemaShape.Column.VectorKind.Scalar || column.ItemType != NumberDataViewType.Single)
            throw new ArgumentOutOfRangeException(nameof(inputSchema),
                $"Schema mismatch for input column '{input}': expected a vector of {_transformer.Model.InputWidth} Single, got {column.Kind} of {column.ItemType}.");
        SchemaShape.Column added = SchemaShapes.Column(_transformer.OutputColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(inputSchema.Where(other => other.Name != added.Name).Append(added));
    }
}
