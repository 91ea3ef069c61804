using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Interop;

/// <summary>A transformer that adds columns row by row and is saved with the pipeline.</summary>
public abstract class RowTransformer : ITransformer
{
    private protected RowTransformer()
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns after the transformer.</summary>
    /// <param name="inputSchema">The columns before it.</param>
    public abstract DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

    /// <summary>Adds the columns. Lazy: nothing is read or computed before a cursor asks for it.</summary>
    /// <param name="input">The rows.</param>
    public abstract IDataView Transform(IDataView input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => CreateRowMapper(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelStreams.Save(ctx, Kind, Write);

    /// <summary>The signature of the loader that reads what is written.</summary>
    private protected abstract ModelKind Kind { get; }

    private protected abstract IRowToRowMapper CreateRowMapper(DataViewSchema inputSchema);

    private protected abstract void Write(BinaryWriter writer);
}
