using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Transforms.Embedding;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.ModelFile;
using MLExtensions.Transforms.Rows;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions;

/// <summary>
/// Gives the features of a net as a vector column: what its output layer sees, h = body(x). Lazy and batched; immutable and thread-safe; saved with the pipeline. Perceptrons are
/// computed in managed code, convolutional bodies in torch.
/// </summary>
public sealed class NetworkEmbeddingTransformer : RowTransformer, IDisposable
{
    private readonly FittedNetwork _network;
    private readonly RowScoring _scoring;

    internal NetworkEmbeddingTransformer(FittedNetwork network, string outputColumnName, string inputColumnName)
    {
        _network = network;
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName;
        IRowScorer embedder = network.CreateEmbedder();
        _scoring = new RowScoring(embedder, new EmbeddingColumns(outputColumnName, embedder.OutputWidth), inputColumnName);
    }

    /// <summary>The column that it adds: a vector of Single.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column that it reads: a vector of Single, as the net was trained on.</summary>
    public string InputColumnName { get; }

    /// <summary>Length of the vectors.</summary>
    public int Width => _scoring.Scorer.OutputWidth;

    /// <summary>Facts about the net.</summary>
    public NeuralNetworkModel Model => new(_network);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has another type.</exception>
    public override DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        DataViewSchema.Column column = inputSchema.GetColumnOrNull(InputColumnName) ?? throw new ArgumentOutOfRangeException(
            nameof(inputSchema), $"Input column '{InputColumnName}' not found. The columns are: {string.Join(", ", inputSchema.Take(50).Select(other => $"'{other.Name}'"))}.");
        if (column.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single || (vector.Size != 0 && vector.Size != _network.InputWidth))
            throw new ArgumentOutOfRangeException(nameof(inputSchema),
                $"Schema mismatch for input column '{InputColumnName}': expected a vector of {_network.InputWidth} Single, on which the net was trained, got {column.Type}.");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(_scoring.Columns.Create(inputSchema));
        return builder.ToSchema();
    }

    /// <inheritdoc/>
    public override IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoringView(input, _scoring, GetOutputSchema(input.Schema));
    }

    /// <summary>Lets go of native memory, which only convolutional nets have; the transformer goes on working.</summary>
    public void Dispose() => (_scoring.Scorer as ConvScorer)?.Release();

    internal static NetworkEmbeddingTransformer Read(Stream stream)
    {
        (FittedNetwork network, ScoreColumnNames columns, _) = NetworkFile.Read(stream);
        return new NetworkEmbeddingTransformer(network, columns.Score, columns.Feature);
    }

    private protected override ModelKind Kind => ModelKind.NetworkEmbedding;

    private protected override IRowToRowMapper CreateRowMapper(DataViewSchema inputSchema) => new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scoring);

    private protected override void Write(BinaryWriter writer) =>
        NetworkFile.Write(writer, _network, new ScoreColumnNames(Feature: InputColumnName, Score: OutputColumnName), labels: null);
}
