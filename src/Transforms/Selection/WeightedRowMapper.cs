using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Rows;

namespace MLExtensions.Transforms.Selection;

/// <summary>The way of a prediction engine: every row, with weight 1 where a weight column is wanted.</summary>
internal sealed class WeightedRowMapper(DataViewSchema input, DataViewSchema output) : IRowToRowMapper
{
    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        [.. dependingColumns.Where(column => column.Index < input.Count).Select(column => input[column.Index])];

    public DataViewRow GetRow(DataViewRow row, IEnumerable<DataViewSchema.Column> activeColumns) => new WeightedRow(row, output, [.. activeColumns.Select(column => column.Index)]);

    private sealed class WeightedRow(DataViewRow input, DataViewSchema schema, HashSet<int> active) : DataViewRow
    {
        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!active.Contains(column.Index))
                throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active in this row.");
            return column.Index < input.Schema.Count
                ? input.GetGetter<TValue>(input.Schema[column.Index])
                : ActiveColumns.Cast<TValue>((ValueGetter<float>)((ref float value) => value = 1), column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}
