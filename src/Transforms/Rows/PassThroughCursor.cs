using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Rows;

/// <summary>A cursor of which no score is asked: the source's own, under the wider schema.</summary>
internal sealed class PassThroughCursor(DataViewRowCursor input, DataViewSchema schema, ActiveColumns active) : DataViewRowCursor
{
    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        active.Check(column);
        return input.GetGetter<TValue>(input.Schema[column.Index]);
    }

    public override bool MoveNext() => input.MoveNext();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
