using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.Rows;

/// <summary>
/// Reads up to a batch of rows ahead: copies their features and the active columns of the source, and scores them all when the first score is asked for.
/// </summary>
internal sealed class ScoringCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly DataViewSchema _schema;
    private readonly ActiveColumns _active;
    private readonly RowScoring _scoring;
    private readonly ColumnBuffer?[] _buffers;
    private readonly ColumnBuffer[] _activeBuffers;
    private readonly ValueGetter<VBuffer<float>> _featureGetter;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly int _width;
    private readonly BatchRows _rows;
    private readonly float[] _features; // [batch * inputs]
    private readonly long[] _batches;
    private readonly DataViewRowId[] _ids;
    private VBuffer<float> _row;
    private int _count;
    private long _position = -1;
    private bool _ended;

    public ScoringCursor(DataViewRowCursor input, DataViewSchema schema, ActiveColumns active, RowScoring scoring)
    {
        _input = input;
        _schema = schema;
        _active = active;
        _scoring = scoring;
        _width = scoring.Scorer.InputWidth;
        _rows = new BatchRows(this);
        int size = scoring.BatchSize;
        _batches = new long[size];
        _ids = new DataViewRowId[size];
        _features = new float[size * _width];
        _buffers = new ColumnBuffer?[input.Schema.Count];
        for (int i = 0; i < _buffers.Length; i++)
            if (active[i])
                _buffers[i] = ColumnBuffer.Create(input, input.Schema[i], size);
        _activeBuffers = [.. _buffers.OfType<ColumnBuffer>()];
        _featureGetter = input.GetGetter<VBuffer<float>>(input.Schema[scoring.FeatureColumnName]);
        _idGetter = input.GetIdGetter();
    }

    public override long Position => _position;

    public override long Batch => _rows.Index < 0 ? 0 : _batches[_rows.Index];

    public override DataViewSchema Schema => _schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[_rows.Checked()];

    public override bool MoveNext()
    {
        if (_rows.Index + 1 < _count)
        {
            _rows.Index++;
            _position++;
            return true;
        }

        // Until the next batch is whole the cursor is on no row, so an error in the middle of it leaves nothing to be scored.
        long position = _position;
        _rows.Index = -1;
        _position = -1;
        _count = 0;
        if (_ended || !Fill())
            return false;
        _rows.Index = 0;
        _position = position + 1;
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.Check(column);
        Delegate getter = column.Index < _buffers.Length
            ? _buffers[column.Index]!.CreateGetter(_rows.Checked)
            : _scoring.Columns.CreateGetter(column.Index - _buffers.Length, _rows);
        return ActiveColumns.Cast<TValue>(getter, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private bool Fill()
    {
        int count = 0;
        _ended = true;
        while (count < _batches.Length && _input.MoveNext())
        {
            _featureGetter(ref _row);
            if (_row.Length != _width)
                throw _scoring.WrongWidth(_row.Length, _input.Position);
            _row.CopyTo(_features.AsSpan(count * _width, _width));
            foreach (ColumnBuffer buffer in _activeBuffers)
                buffer.Capture(count);
            _batches[count] = _input.Batch;
            _idGetter(ref _ids[count]);
            count++;
        }

        _ended = count < _batches.Length;
        _count = count;
        _rows.Scored = false;
        return count > 0;
    }

    /// <summary>The batch, as getters see it.</summary>
    internal sealed class BatchRows(ScoringCursor cursor) : ScoredRows
    {
        private readonly float[] _outputs = new float[cursor._scoring.BatchSize * cursor._scoring.Scorer.OutputWidth];

        /// <summary>The current row; -1 before the first and after the last.</summary>
        public int Index { get; set; } = -1;

        /// <summary>Whether the outputs are those of this batch.</summary>
        public bool Scored { get; set; }

        public override float[] Outputs => _outputs;

        /// <summary>The current row, or an error.</summary>
        public int Checked() => Index >= 0 ? Index : throw new InvalidOperationException("The cursor is not on a row: MoveNext was not called, or returned false.");

        public override int Locate()
        {
            if (!Scored)
            {
                Checked();
                cursor._scoring.Score(cursor._features, cursor._count, _outputs);
                Scored = true;
            }

            return Checked();
        }
    }
}
