using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Rows;

namespace MLExtensions.Transforms.Images;

/// <summary>The way of a prediction engine: one row at a time, decoded when its pixels are asked for.</summary>
internal sealed class PixelRowMapper(DataViewSchema input, DataViewSchema output, PixelStage stage) : IRowToRowMapper
{
    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        new ActiveColumns(dependingColumns, input, output, stage.InputColumn).Source;

    public DataViewRow GetRow(DataViewRow row, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new PixelRow(row, output, new ActiveColumns(activeColumns, input, output, stage.InputColumn), stage);

    private sealed class PixelRow(DataViewRow input, DataViewSchema schema, ActiveColumns active, PixelStage stage) : DataViewRow
    {
        private readonly PixelInput? _pictures = active.AnyScore ? PixelInput.Of(input, stage) : null;
        private readonly byte[] _pixels = active.AnyScore ? new byte[stage.Format.Length] : [];
        private long _decodedPosition = long.MinValue;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            active.Check(column);
            return column.Index < input.Schema.Count
                ? input.GetGetter<TValue>(input.Schema[column.Index])
                : ActiveColumns.Cast<TValue>((ValueGetter<VBuffer<float>>)GetPixels, column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }

        private void GetPixels(ref VBuffer<float> value)
        {
            if (_decodedPosition != input.Position)
            {
                _decodedPosition = long.MinValue; // a failed picture is tried again
                _pictures!.Take()(_pixels);
                _decodedPosition = input.Position;
            }

            PixelCursor.Copy(_pixels, ref value);
        }
    }
}
