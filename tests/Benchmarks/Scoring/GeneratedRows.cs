using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Benchmarks.Scoring;

/// <summary>Labelled rows that are made while they are read, so that nothing is held: noise about a direction for each class. Counts the rows that were read.</summary>
internal sealed class GeneratedRows : IDataView
{
    private readonly long _rows;
    private readonly int _width;
    private readonly int _classes;
    private readonly long _seed;
    private readonly float[][] _centers;

    public GeneratedRows(long rows, int width, int classes, long seed)
    {
        (_rows, _width, _classes, _seed) = (rows, width, classes, seed);
        _centers = [.. Enumerable.Range(0, classes).Select(k =>
        {
            var center = new float[width];
            SeededRandom.Derive(99, k).FillGaussian(center);
            return center;
        })];
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, width));
        builder.AddColumn("Label", new KeyDataViewType(typeof(uint), (ulong)classes));
        Schema = builder.ToSchema();
    }

    public long RowsRead { get; private set; }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(this)];

    private sealed class Cursor(GeneratedRows view) : DataViewRowCursor
    {
        private readonly SeededRandom _random = SeededRandom.Derive(view._seed);
        private readonly float[] _noise = new float[view._width];
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        private int Class => (int)(_position * 7919 % view._classes);

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override bool MoveNext()
        {
            if (_position + 1 >= view._rows)
                return false;
            _position++;
            view.RowsRead++;
            _random.FillUniform(_noise, -2, 2);
            return true;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => column.Name == "Label"
            ? (ValueGetter<TValue>)(Delegate)(ValueGetter<uint>)((ref uint value) => value = (uint)Class + 1)
            : (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)Get;

        private void Get(ref VBuffer<float> value)
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, view._width);
            float[] center = view._centers[Class];
            for (int i = 0; i < center.Length; i++)
                editor.Values[i] = center[i] + _noise[i];
            value = editor.Commit();
        }
    }
}
