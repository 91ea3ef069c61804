using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.Rows;

/// <summary>What views and mappers need to score rows.</summary>
/// <param name="Scorer">From features to raw outputs.</param>
/// <param name="Columns">From raw outputs to columns.</param>
/// <param name="FeatureColumnName">Where the features are.</param>
internal sealed record RowScoring(IRowScorer Scorer, ScoreColumns Columns, string FeatureColumnName)
{
    private const int LargestBatchSize = 256;
    private const int FeaturesPerBatch = 1 << 22; // 16 MiB for each cursor

    /// <summary>Rows that a cursor reads ahead and scores at once: 256, fewer where rows are wide (images).</summary>
    public int BatchSize { get; } = Math.Clamp(FeaturesPerBatch / Scorer.InputWidth, 1, LargestBatchSize);

    /// <summary>Scores rows.</summary>
    public void Score(ReadOnlySpan<float> features, int rows, float[] outputs)
    {
        Span<float> used = outputs.AsSpan(0, rows * Scorer.OutputWidth);
        Scorer.Score(features, rows, used);
        Columns.Complete(used);
    }

    /// <summary>The columns after a model.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or has another type.</exception>
    public DataViewSchema OutputSchema(DataViewSchema inputSchema)
    {
        DataViewSchema.Column features = inputSchema.GetColumnOrNull(FeatureColumnName) ?? throw new ArgumentOutOfRangeException(
            nameof(inputSchema), $"Feature column '{FeatureColumnName}' not found. The columns are: {string.Join(", ", inputSchema.Take(50).Select(column => $"'{column.Name}'"))}.");
        if (features.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single || (vector.Size != 0 && vector.Size != Scorer.InputWidth))
            throw new ArgumentOutOfRangeException(
                nameof(inputSchema), $"Schema mismatch for Feature column '{FeatureColumnName}': expected {new VectorDataViewType(NumberDataViewType.Single, Scorer.InputWidth)}, on which the model was trained, got {features.Type}.");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(Columns.Create(inputSchema));
        return builder.ToSchema();
    }

    /// <summary>A row whose features do not fit.</summary>
    public InvalidOperationException WrongWidth(int found, long position) => new(
        $"Feature column '{FeatureColumnName}' has {found} values in row {position} (the first is 0); the model was trained on {Scorer.InputWidth} features.");
}
