using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Selection;

/// <summary>Whole classes chosen by a stage of a pipeline.</summary>
public sealed class ClassSelectionStageTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void The_toy_of_the_papers_code_gives_its_scores()
    {
        // S = [[1,0],[0,2],[−3,0]], T = [[2,0],[1,1]]; scores of the converged plan in float64.
        IDataView Points(params (string Class, float X, float Y)[] points) => Blobs.Keyed(_ml, _ml.Data.LoadFromEnumerable(points.Select(p => new Point { Class = p.Class, Features = [p.X, p.Y] })));
        SelectionReport report = _ml.Transforms.SelectPretrainingData(Points(("t0", 2, 0), ("t1", 1, 1)), budget: SelectionBudget.Count(2))
            .Fit(Points(("s0", 1, 0), ("s1", 0, 1), ("s1", 0, 3), ("s2", -3, 0))).Report;

        Assert.Equal(["s0", "s1", "s2"], report.Classes.Select(line => line.Name));
        double[] expected = [1.32143038, 0.65465651, 0.00055841];
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected[i], report.Classes[i].Score, 2e-8);
        Assert.Equal(0.32428142, report.Classes[0].MassToTargets[1], 1e-6);
        Assert.Equal([true, true, false], report.Classes.Select(line => line.IsSelected));
        Assert.True(report.Converged);
    }

    [Theory]
    [InlineData(SelectionStrategy.Transport)]
    [InlineData(SelectionStrategy.NearestMean)]
    public void The_classes_that_lie_near_the_target_come_first(SelectionStrategy strategy)
    {
        SelectionReport report = Fit(o => (o.Strategy, o.Budget) = (strategy, SelectionBudget.Count(2))).Report;

        Assert.Equal(["a", "c"], report.Classes.Take(2).Select(line => line.Name).Order());
        Assert.Equal(["A", "C"], report.Classes.Take(2).OrderBy(line => line.Name).Select(line => line.NearestTarget));
        Assert.Equal(2, report.Classes.Count(line => line.IsSelected));
        Assert.Equal((240, 60, 20), (report.SourceRows, report.SelectedRows, report.TargetRows));
        Assert.True(report.CoveredShare > 0.7);
        Assert.Empty(report.UncoveredTargets);
        Assert.Equal(["a", "c"], report.Targets.Select(target => target.BestSource));
    }

    [Fact]
    public void Rivals_choose_by_their_own_rules()
    {
        string[] Chosen(SelectionStrategy strategy, long seed = 1) => [.. Fit(o => (o.Strategy, o.Budget, o.Seed) = (strategy, SelectionBudget.Count(4), seed)).Report
            .Classes.Where(line => line.IsSelected).Select(line => line.Name)];

        Assert.Equal(Chosen(SelectionStrategy.Random), Chosen(SelectionStrategy.Random));
        Assert.Contains(Enumerable.Range(2, 5), seed => !Chosen(SelectionStrategy.Random, seed).SequenceEqual(Chosen(SelectionStrategy.Random)));
        Assert.Equal(8, Chosen(SelectionStrategy.All).Length);
        Assert.Equal(["a", "b", "c", "d"], Chosen(SelectionStrategy.NearestMeanOfAll).Order()); // b and d have a part of A and C
        Assert.Contains(Chosen(SelectionStrategy.KCenter)[0], new[] { "a", "c" }); // starts at the target, then spreads
    }

    [Fact]
    public void Budgets_are_a_number_a_share_or_a_mass()
    {
        int Count(SelectionBudget? budget) => Fit(o => o.Budget = budget).Report.Classes.Count(line => line.IsSelected);

        Assert.Equal(3, Count(SelectionBudget.Count(3)));
        Assert.Equal(4, Count(SelectionBudget.Share(0.5)));
        Assert.Equal(1, Count(SelectionBudget.Share(0.01)));
        Assert.Equal(2, Count(null)); // a tenth, at least 2
        Assert.Equal(8, Count(SelectionBudget.Mass(1)));
        SelectionReport report = Fit(o => o.Budget = SelectionBudget.Mass(0.8)).Report;
        double[] scores = [.. report.Classes.Where(line => line.IsSelected).Select(line => line.Score)];
        double total = report.Classes.Sum(line => line.Score);
        Assert.True(scores.Sum() >= 0.8 * total && scores[..^1].Sum() < 0.8 * total);
        Assert.Equal(scores.Sum() / total, report.CoveredShare, 1e-6);
    }

    [Fact]
    public void A_cap_takes_so_many_rows_of_each_class_by_chance()
    {
        List<Blobs.Row> source = Blobs.Source();
        PretrainingSelectionTransformer stage = Fit(o => (o.Budget, o.RowsPerClass, o.Seed) = (SelectionBudget.Count(2), 7, 5), source);
        float[] Numbers(PretrainingSelectionTransformer fitted) => [.. fitted.Select(Blobs.View(_ml, source)).GetColumn<float>("Number")];

        Assert.Equal(14, Numbers(stage).Length);
        Assert.Equal(14, stage.Report.SelectedRows);
        Assert.NotEqual(Numbers(stage), Numbers(Fit(o => (o.Budget, o.RowsPerClass, o.Seed) = (SelectionBudget.Count(2), 7, 6), source)));
        Assert.Equal(7, Blobs.Classes(stage.Select(Blobs.View(_ml, source))).Count(name => name == "a"));
    }

    [Fact]
    public void A_target_class_that_nothing_covers_is_reported()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) => warnings.Add(e.RawMessage);
        // Two target classes and one chosen source class: whatever it does not send to the second, others would.
        SelectionReport report = Fit(o => (o.Budget, o.Transport.Temperature) = (SelectionBudget.Count(1), 0.02), target: Blobs.Target(10, "A", "A", "C")).Report;

        TargetCoverage uncovered = Assert.Single(report.UncoveredTargets);
        Assert.Equal(report.Classes[0].Name == "a" ? "C" : "A", uncovered.Name);
        Assert.True(uncovered.CoveredShare < 0.1);
        Assert.Contains(warnings, line => line.Contains($"Target class '{uncovered.Name}' is left uncovered", StringComparison.Ordinal));
        Assert.Contains($"uncovered: {uncovered.Name}", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_the_key_without_a_row_rank_last_and_rows_without_a_label_are_counted()
    {
        List<Blobs.Row> rows = Blobs.Source();
        IDataView all = Blobs.View(_ml, rows);
        IDataView some = _ml.Data.FilterByCustomPredicate(all, (KeyRow row) => row.Label == 1); // drops a
        SelectionReport report = _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target())).Fit(some).Report;
        Assert.Equal(("a", 0L, false), (report.Classes[^1].Name, report.Classes[^1].Rows, report.Classes[^1].IsSelected));
        Assert.Equal(double.NegativeInfinity, report.Classes[^1].Score);

        IDataView known = _ml.Data.LoadFromEnumerable(Blobs.SourceNames.Where(name => name != "d").Select(name => new { Class = name }));
        IDataView missing = _ml.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: known).Fit(all).Transform(all);
        Assert.Equal(30, _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target())).Fit(missing).Report.SkippedRows);
    }

    [Fact]
    public void A_class_of_one_row_takes_part()
    {
        List<Blobs.Row> source = [.. Blobs.Source().Where(row => row.Class != "a"), Blobs.Source()[0]];
        Assert.Equal(1, Fit(o => o.Budget = SelectionBudget.Count(2), source).Report.Classes.Single(line => line.Name == "a").SelectedRows);
    }

    [Fact]
    public void The_source_is_read_once_and_only_its_two_columns()
    {
        int read = 0;
        IEnumerable<Blobs.Row> Rows()
        {
            foreach (Blobs.Row row in Blobs.Source())
            {
                read++;
                yield return row;
            }
        }

        IDataView source = Blobs.View(_ml, Rows());
        read = 0; // the key mapping has read it
        PretrainingSelectionTransformer stage = _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target())).Fit(source);
        Assert.Equal(240, read);
        IDataView selected = stage.Select(source);
        Assert.Equal(240, read); // lazy
        Assert.Equal(60, selected.GetColumn<float>("Number").Count());
        Assert.Equal(480, read);
    }

    [Fact]
    public void A_Boolean_target_has_two_classes()
    {
        IDataView target = _ml.Data.LoadFromEnumerable(Blobs.Target().Select(row => new BoolRow { Features = row.Features, Answer = row.Class == "C" }));
        SelectionReport report = _ml.Transforms.SelectPretrainingData(target, new PretrainingSelectionOptions { TargetLabelColumnName = "Answer" }).Fit(Blobs.View(_ml, Blobs.Source())).Report;

        Assert.Equal(["False", "True"], report.Targets.Select(line => line.Name));
        Assert.Equal(["a", "c"], report.Classes.Take(2).Select(line => line.Name).Order());
    }

    [Fact]
    public void Progress_is_told_and_cancellation_heard()
    {
        using var cancellation = new CancellationTokenSource();
        var stages = new List<string>();
        List<Blobs.Row> source = Blobs.Source(rowsPerClass: 700);
        Fit(o => o.Progress = new Direct(progress => stages.Add(progress.Stage)), source);
        Assert.Equal(["source", "source", "target"], stages.Order());

        Assert.Throws<OperationCanceledException>(() => Fit(o =>
        {
            o.CancellationToken = cancellation.Token;
            o.Progress = new Direct(_ => cancellation.Cancel());
        }, source));
    }

    private PretrainingSelectionTransformer Fit(Action<PretrainingSelectionOptions> change, List<Blobs.Row>? source = null, List<Blobs.Row>? target = null)
    {
        var options = new PretrainingSelectionOptions();
        change(options);
        return _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, target ?? Blobs.Target()), options).Fit(Blobs.View(_ml, source ?? Blobs.Source()));
    }

    private sealed class Point
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Class { get; set; } = "";
    }

    private sealed class KeyRow
    {
        [KeyType(8)]
        public uint Label { get; set; }
    }

    private sealed class BoolRow
    {
        [VectorType(Blobs.Width)]
        public float[] Features { get; set; } = [];

        public bool Answer { get; set; }
    }

    private sealed class Direct(Action<SelectionProgress> report) : IProgress<SelectionProgress>
    {
        public void Report(SelectionProgress value) => report(value);
    }
}
