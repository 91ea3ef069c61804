using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Selection;
using MLExtensions.Transforms.Selection;

namespace MLExtensions.Estimators.Selection;

/// <summary>
/// Chooses single rows. Transport is solved on a sample, then a second pass gives every row its score and a third says what the chosen ones cover. Of a row 16 bytes are kept.
/// </summary>
internal sealed class RowSelector
{
    private static readonly SelectionBudget DefaultBudget = SelectionBudget.Share(0.1);

    private readonly SelectionInput _input;
    private readonly PretrainingSelectionOptions _options;
    private readonly RowPass _pass;
    private readonly RowTransport _transport;
    private readonly float[] _unit;

    private RowSelector(SelectionInput input, PretrainingSelectionOptions options, RowPass pass)
    {
        _input = input;
        _options = options;
        _pass = pass;
        _unit = new float[input.Columns.Width];
        if (input.SourceSample!.Units.Count == 0 || input.TargetSample!.Units.Count == 0)
            throw new InvalidOperationException($"SelectPretrainingData: all rows of the source or of the target are 0 in every value of their embedding, so they have no direction to compare. Use another embedding.");
        _transport = RowTransport.Solve(input.SourceSample, input.TargetSample, input.SourceMeans, input.TargetMeans, options.ClassAware, options.Transport);
    }

    public static (SelectionRule Rule, SelectionReport Report) Run(SelectionInput input, PretrainingSelectionOptions options, RowPass pass, long seed) =>
        new RowSelector(input, options, pass).Choose(seed);

    private (SelectionRule Rule, SelectionReport Report) Choose(long seed)
    {
        int classes = _input.SourceMeans.ClassCount, targets = _input.TargetMeans.ClassCount;
        double[][] plan = [.. Enumerable.Range(0, classes).Select(_ => new double[targets])];
        var picker = new RowPicker();
        var distances = new MeanDistances(_input.TargetMeans);
        Dictionary<long, int>? centers = _options.Strategy == SelectionStrategy.KCenter ? Centers(distances) : null;
        _pass.Run(_input.Source, _input.Columns, "source", "scores", (row, k, embedding) =>
        {
            if (!UnitVectors.TryMake(embedding, _unit))
                return; // without direction: never chosen
            double mass = _transport.AddTo(plan[k], _unit, k);
            picker.Add(row, k, _options.Strategy switch
            {
                SelectionStrategy.Random => SeededRandom.Derive(seed, (long)RandomPurpose.RowSelection, row).NextDouble(),
                SelectionStrategy.NearestMean => -distances.Least(_unit),
                SelectionStrategy.NearestMeanOfAll => -distances.Mean(_unit),
                SelectionStrategy.KCenter => centers!.TryGetValue(row, out int rank) ? -rank : double.NaN,
                _ => mass,
            });
        });
        SelectionBudget? budget = _options.Strategy == SelectionStrategy.All ? null : _options.Budget ?? DefaultBudget;
        (long[] rows, float[] scores, int[] ofClass) = picker.Pick(budget, _options.RowsPerClass);
        foreach (double[] line in plan)
            for (int j = 0; j < targets; j++)
                line[j] /= _input.SourceRows; // each row has the weight 1/n
        var selectedRows = new long[classes];
        foreach (int k in ofClass)
            selectedRows[k]++;
        double[] classScores = [.. plan.Select((line, k) => _input.SourceMeans.Counts[k] == 0 ? double.NegativeInfinity : line.Sum())];
        SelectionReport report = SelectionReports.Create(
            _input, _options, classScores, ClassScores.Order(classScores), plan, selectedRows, Covered(rows, targets), _transport.Result);
        var rule = new SelectionRule(classes, _input.SourceRows + _input.SkippedRows, [], rows, Weights(scores));
        return (rule, report);
    }

    private Dictionary<long, int> Centers(MeanDistances distances)
    {
        RowSample sample = _input.SourceSample!;
        var budget = _options.Budget ?? DefaultBudget;
        if (sample.Units.Count < _input.SourceRows && budget.Resolve((int)Math.Min(int.MaxValue, _input.SourceRows), "rows") > sample.Units.Count)
            throw new InvalidOperationException(
                $"SelectionStrategy.KCenter looks at a sample of {sample.Units.Count} rows, and {budget} of {_input.SourceRows} rows is more. Raise SampleRows, or ask for fewer.");
        int[] order = KCenter.Pick(sample.Units, KCenter.Nearest(sample.Units, distances), sample.Units.Count);
        return order.Select((index, rank) => (sample.Rows[index], rank)).ToDictionary(pair => pair.Item1, pair => pair.rank);
    }

    private double[] Covered(long[] rows, int targets)
    {
        var covered = new double[targets];
        int next = 0;
        _pass.Run(_input.Source, _input.Columns, "source", "coverage", (row, k, embedding) =>
        {
            if (next == rows.Length || rows[next] != row)
                return;
            next++;
            if (UnitVectors.TryMake(embedding, _unit))
                _transport.AddTo(covered, _unit, k);
        });
        return Array.ConvertAll(covered, mass => mass / _input.SourceRows);
    }

    private float[] Weights(float[] scores)
    {
        double mean = _options.Strategy == SelectionStrategy.Transport && scores.Length > 0 ? scores.Average(score => (double)score) : 0;
        return Array.ConvertAll(scores, score => mean > 0 ? (float)(score / mean) : 1f);
    }
}
