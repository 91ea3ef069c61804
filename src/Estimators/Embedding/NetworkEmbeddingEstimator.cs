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
    private readonly string _output;
    private readonly string _input;
    private readonly Func<DataViewType, NetworkEmbeddingTransformer> _create;

    internal NetworkEmbeddingEstimator(string outputColumnName, string inputColumnName, Func<DataViewType, NetworkEmbeddingTransformer> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        _output = outputColumnName;
        _input = inputColumnName;
        _create = create;
    }

    /// <summary>Of a fitted net.</summary>
    internal static NetworkEmbeddingEstimator Of(string outputColumnName, ITransformer model, string? inputColumnName)
    {
        ArgumentNullException.ThrowIfNull(model);
        NeuralNetworkTransformer net = FittedNetworks.In(model);
        var transformer = new NetworkEmbeddingTransformer(net.Model.Network, outputColumnName, inputColumnName ?? net.FeatureColumnName);
        return new NetworkEmbeddingEstimator(outputColumnName, transformer.InputColumnName, _ => transformer);
    }

    /// <summary>Checks the columns, and reads the weights where they are in a file; no row is read.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has another type.</exception>
    public NetworkEmbeddingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column column = input.Schema.GetColumnOrNull(_input) ?? throw new ArgumentOutOfRangeException(
            nameof(input), LabelTypes.NotFound("Input", _input, input.Schema.Select(other => other.Name)));
        NetworkEmbeddingTransformer transformer = _create(column.Type);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The columns after the stage, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (inputSchema.All(column => column.Name != _input))
            throw new ArgumentOutOfRangeException(nameof(inputSchema), LabelTypes.NotFound("Input", _input, inputSchema.Select(column => column.Name)));
        SchemaShape.Column column = inputSchema.First(column => column.Name == _input);
        if (column.Kind == SchemaShape.Column.VectorKind.Scalar || column.ItemType != NumberDataViewType.Single)
            throw new ArgumentOutOfRangeException(nameof(inputSchema),
                $"Schema mismatch for input column '{_input}': expected a vector of Single, on which the net was trained, got {column.Kind} of {column.ItemType}.");
        SchemaShape.Column added = SchemaShapes.Column(_output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(inputSchema.Where(other => other.Name != added.Name).Append(added));
    }
}
