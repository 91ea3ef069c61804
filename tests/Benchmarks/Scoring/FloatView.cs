using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Scoring;

/// <summary>Rows of an array as a data view that costs next to nothing: one column.</summary>
internal sealed class FloatView : IDataView
{
    private readonly float[] _features;
    private readonly int _width;

    public FloatView(float[] features, int width, string name = "Features")
    {
        (_features, _width) = (features, width);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(name, new VectorDataViewType(NumberDataViewType.Single, width));
        Schema = builder.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _features.Length / _width;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(this)];

    private sealed class Cursor(FloatView view) : DataViewRowCursor
    {
        private readonly long _rows = view._features.Length / view._width;
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override bool MoveNext()
        {
            if (++_position < _rows)
                return true;
            _position = -1;
            return false;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)Get;

        private void Get(ref VBuffer<float> value)
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, view._width);
            view._features.AsSpan((int)_position * view._width, view._width).CopyTo(editor.Values);
            value = editor.Commit();
        }
    }
}
