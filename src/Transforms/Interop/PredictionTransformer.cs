using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Interop;

/// <summary>What makes a transformer one of ML.NET's own prediction transformers, also where only the internal interface is looked for (feature importance).</summary>
public abstract class PredictionTransformer<TModel> : ISingleFeaturePredictionTransformer<TModel>, ISingleFeaturePredictionTransformer
    where TModel : class
{
    private protected PredictionTransformer()
    {
    }

    /// <inheritdoc/>
    public abstract TModel Model { get; }

    /// <summary>The feature column.</summary>
    public abstract string FeatureColumnName { get; }

    /// <summary>Its type.</summary>
    public abstract DataViewType FeatureColumnType { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns after the transformer.</summary>
    /// <param name="inputSchema">The columns before it.</param>
    public abstract DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

    /// <summary>Adds the score columns. Lazy: nothing is read or scored before a cursor asks for it.</summary>
    /// <param name="input">The rows.</param>
    public abstract IDataView Transform(IDataView input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => CreateRowMapper(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelStreams.Save(ctx, Kind, Write);

    private protected abstract IRowToRowMapper CreateRowMapper(DataViewSchema inputSchema);

    private protected abstract ModelKind Kind { get; }

    private protected abstract void Write(BinaryWriter writer);
}
