using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.Rows;

/// <summary>One row with score columns added. All score columns of a position share one forward pass; nothing is allocated per row.</summary>
internal sealed class ScoringRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly DataViewSchema _schema;
    private readonly ActiveColumns _active;
    private readonly RowScoring _scoring;
    private readonly SingleRow? _row;

    public ScoringRow(DataViewRow input, DataViewSchema schema, ActiveColumns active, RowScoring scoring)
    {
        _input = input;
        _schema = schema;
        _active = active;
        _scoring = scoring;
        _row = active.AnyScore ? new SingleRow(input, scoring) : null;
    }

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override DataViewSchema Schema => _schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.Check(column);
        int inputs = _input.Schema.Count;
        return column.Index < inputs
            ? _input.GetGetter<TValue>(_input.Schema[column.Index])
            : ActiveColumns.Cast<TValue>(_scoring.Columns.CreateGetter(column.Index - inputs, _row!), column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private sealed class SingleRow(DataViewRow input, RowScoring scoring) : ScoredRows
    {
        private readonly ValueGetter<VBuffer<float>> _getter = input.GetGetter<VBuffer<float>>(input.Schema[scoring.FeatureColumnName]);
        private readonly float[] _features = new float[scoring.Scorer.InputWidth];
        private readonly float[] _outputs = new float[scoring.Scorer.OutputWidth];
        private VBuffer<float> _values;
        private long _scoredPosition = long.MinValue;

        public override float[] Outputs => _outputs;

        public override int Locate()
        {
            if (_scoredPosition == input.Position)
                return 0;
            _getter(ref _values);
            if (_values.Length != _features.Length)
                throw scoring.WrongWidth(_values.Length, input.Position);
            if (!_values.IsDense)
                _values.CopyTo(_features);
            scoring.Score(_values.IsDense ? _values.GetValues() : _features, 1, _outputs);
            _scoredPosition = input.Position;
            return 0;
        }
    }
}
