using Microsoft.ML;

namespace MLExtensions.Transforms.Rows;

/// <summary>Rows with score columns added: lazy, one pass over the source, scored batch by batch, only when a score column is asked for.</summary>
internal sealed class ScoringView(IDataView source, RowScoring scoring, DataViewSchema schema) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ActiveColumns active = Split(columnsNeeded);
        return Wrap(source.GetRowCursor(active.Source, rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ActiveColumns active = Split(columnsNeeded);
        return Array.ConvertAll(source.GetRowCursorSet(active.Source, n, rand), cursor => Wrap(cursor, active));
    }

    private ActiveColumns Split(IEnumerable<DataViewSchema.Column> needed) => new(needed, source.Schema, schema, scoring.FeatureColumnName);

    private DataViewRowCursor Wrap(DataViewRowCursor cursor, ActiveColumns active) =>
        active.AnyScore ? new ScoringCursor(cursor, schema, active, scoring) : new PassThroughCursor(cursor, schema, active);
}
