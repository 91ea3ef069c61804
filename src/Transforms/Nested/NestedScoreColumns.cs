using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Transforms.Scoring;

/// <summary>
/// The columns of a nested net: those of the plain net of the task, over the average of the draws, then those of uncertainty where they are asked for, each computed
/// when it is read.
/// </summary>
internal sealed class NestedScoreColumns : ScoreColumns
{
    private readonly NestedOutputs _outputs;
    private readonly ScoreColumns _plain;
    private readonly NestedView _view;
    private readonly int _groups;
    private readonly float _deviations;
    private readonly int _draws;  // numbers of a row's draws
    private readonly int _stride; // numbers from row to row
    private readonly string[] _extra;

    public NestedScoreColumns(NestedNetwork network, NestedView view, ScoreColumnNames names, LabelValues? labels)
    {
        _outputs = new NestedOutputs(network, view.Draws);
        _plain = Of(network.Task, names, _outputs.ScoreWidth, labels);
        _view = view;
        _groups = network.Settings.Groups;
        _deviations = (float)NormalDistribution.Quantile((1 + view.Level) / 2);
        _draws = view.Draws * network.OutputWidth;
        _stride = _draws + (view.Adaptive is null ? 0 : 1);
        _extra = [.. view.Uncertainty ? NamesOf(network.Task) : [], .. view.Adaptive is null ? Array.Empty<string>() : [UncertaintyColumnNames.WidthUsed]];
    }

    public override int Count => _plain.Count + _extra.Length;

    /// <summary>The columns of uncertainty of a task.</summary>
    public static string[] NamesOf(NetTask task) => task == NetTask.Regression
        ?
        [
            UncertaintyColumnNames.TotalDeviation, UncertaintyColumnNames.EpistemicDeviation, UncertaintyColumnNames.NoiseDeviation,
            UncertaintyColumnNames.IntervalLower, UncertaintyColumnNames.IntervalUpper,
        ]
        : [UncertaintyColumnNames.PredictiveEntropy, UncertaintyColumnNames.ExpectedEntropy, UncertaintyColumnNames.MutualInformation];

    public override void Complete(Span<float> outputs)
    {
        for (int at = 0; at < outputs.Length; at += _stride)
            _outputs.Complete(outputs.Slice(at, _draws));
    }

    public override Delegate CreateGetter(int column, ScoredRows rows)
    {
        if (column < _plain.Count)
            return _plain.CreateGetter(column, new AveragedRows(this, rows));
        var scratch = new float[_outputs.ScoreWidth];
        NestedOutputs o = _outputs;
        return _extra[column - _plain.Count] switch
        {
            UncertaintyColumnNames.PredictiveEntropy => Getter(rows, row => o.PredictiveEntropy(row, scratch)),
            UncertaintyColumnNames.ExpectedEntropy => Getter(rows, o.ExpectedEntropy),
            UncertaintyColumnNames.MutualInformation => Getter(rows, row => o.Draws == 1 ? 0 : Math.Max(0, o.PredictiveEntropy(row, scratch) - o.ExpectedEntropy(row))),
            UncertaintyColumnNames.TotalDeviation => Getter(rows, Total),
            UncertaintyColumnNames.EpistemicDeviation => Getter(rows, o.EpistemicDeviation),
            UncertaintyColumnNames.NoiseDeviation => Getter(rows, o.NoiseDeviation),
            UncertaintyColumnNames.IntervalLower => Getter(rows, row => Mean(row, scratch) - (_deviations * Total(row))),
            UncertaintyColumnNames.IntervalUpper => Getter(rows, row => Mean(row, scratch) + (_deviations * Total(row))),
            _ => WidthGetter(rows),
        };
    }

    private protected override DataViewSchema.DetachedColumn[] Create(uint setId) =>
        [.. _plain.CreateOf(setId), .. _extra.Select(name => new DataViewSchema.DetachedColumn(name, NumberDataViewType.Single))];

    private float Total(ReadOnlySpan<float> row)
    {
        float epistemic = _outputs.EpistemicDeviation(row), noise = _outputs.NoiseDeviation(row);
        return MathF.Sqrt((epistemic * epistemic) + (noise * noise));
    }

    private float Mean(ReadOnlySpan<float> row, Span<float> scratch)
    {
        _outputs.Score(row, scratch);
        return scratch[0];
    }

    private ValueGetter<float> Getter(ScoredRows rows, RowFunction function) => (ref float value) => value = function(RowOf(rows));

    private ValueGetter<float> WidthGetter(ScoredRows rows)
    {
        float narrow = _view.Adaptive!.Start / (float)_groups, wide = _view.Step / (float)_groups;
        return (ref float value) => value = rows.Outputs[(rows.Locate() * _stride) + _draws] > 0 ? wide : narrow;
    }

    private ReadOnlySpan<float> RowOf(ScoredRows rows)
    {
        int row = rows.Locate();
        return rows.Outputs.AsSpan(row * _stride, _draws);
    }

    private delegate float RowFunction(ReadOnlySpan<float> row);

    /// <summary>The average of the current row's draws, as the plain columns want it.</summary>
    private sealed class AveragedRows(NestedScoreColumns columns, ScoredRows rows) : ScoredRows
    {
        private readonly float[] _score = new float[columns._outputs.ScoreWidth];

        public override float[] Outputs => _score;

        public override int Locate()
        {
            columns._outputs.Score(columns.RowOf(rows), _score);
            return 0;
        }
    }
}
