using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Rows;

namespace MLExtensions.Transforms.Selection;

/// <summary>Rows with a weight column added where one is wanted: those that a rule chooses, or all of them with weight 1.</summary>
/// <param name="source">The rows.</param>
/// <param name="schema">Their columns, and the weight last where one is wanted.</param>
/// <param name="rule">What is chosen; null for all.</param>
/// <param name="labelColumnName">The source's label, by which classes are told.</param>
internal sealed class WeightedRows(IDataView source, DataViewSchema schema, SelectionRule? rule, string labelColumnName) : IDataView
{
    // Places of rows say nothing about rows in another order.
    public bool CanShuffle => source.CanShuffle && rule?.IsByRow != true;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => rule is null ? source.GetRowCount() : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
            active[column.Index] = true;
        DataViewSchema.Column? label = rule is { IsByRow: false } ? source.Schema[labelColumnName] : null;
        IEnumerable<DataViewSchema.Column> needed = source.Schema.Where(column => active[column.Index] || column.Index == label?.Index);
        DataViewRowCursor cursor = source.GetRowCursor(needed, CanShuffle ? rand : null);
        RowChoice choice = rule is null ? new AllRows() : rule.IsByRow ? new RowsByPlace(rule) : new RowsByClass(rule, cursor, label!.Value);
        return new WeightedCursor(cursor, schema, active, choice);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class WeightedCursor(DataViewRowCursor input, DataViewSchema schema, bool[] active, RowChoice choice) : DataViewRowCursor
    {
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool MoveNext()
        {
            while (input.MoveNext())
                if (choice.Takes(input.Position))
                {
                    _position++;
                    return true;
                }

            _position = -1;
            choice.End();
            return false;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index >= active.Length || !active[column.Index])
                throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active in this cursor.");
            return column.Index < input.Schema.Count
                ? input.GetGetter<TValue>(input.Schema[column.Index])
                : ActiveColumns.Cast<TValue>((ValueGetter<float>)((ref float value) => value = choice.Weight), column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}
