using Microsoft.ML;
using MLExtensions.Transforms.Rows;

namespace MLExtensions.Transforms.Images;

/// <summary>Rows with the pixels of their pictures added: lazy, decoded in parallel ahead of the consumer.</summary>
internal sealed class PixelView(IDataView source, PixelStage stage, DataViewSchema schema) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new ActiveColumns(columnsNeeded, source.Schema, schema, stage.InputColumn);
        DataViewRowCursor cursor = source.GetRowCursor(active.Source, rand);
        return active.AnyScore ? new PixelCursor(cursor, schema, active, stage) : new PassThroughCursor(cursor, schema, active);
    }

    // One: it is parallel inside, and several would multiply what is decoded ahead.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
