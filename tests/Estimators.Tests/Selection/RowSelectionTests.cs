using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Selection;

/// <summary>Single rows chosen by a stage of a pipeline.</summary>
public sealed class RowSelectionTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<Blobs.Row> _source = Blobs.Source();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_rows_near_the_target_are_chosen_in_the_order_of_the_source(bool classAware)
    {
        PretrainingSelectionTransformer stage = Fit(o => (o.Budget, o.ClassAware) = (SelectionBudget.Count(50), classAware));
        IDataView selected = stage.Select(Blobs.View(_ml, _source));

        Assert.All(Blobs.Classes(selected), name => Assert.Contains(name, new[] { "a", "c" }));
        float[] numbers = [.. selected.GetColumn<float>("Number")];
        Assert.Equal(50, numbers.Length);
        Assert.Equal(numbers, _source.Select(row => row.Number).Where(numbers.Contains)); // their order
        Assert.Equal(50, stage.Report.SelectedRows);
        Assert.Equal(["a", "c"], stage.Report.Classes.Where(line => line.IsSelected).Select(line => line.Name).Order());
        Assert.True(stage.Report.CoveredShare > 0.5);
        Assert.Equal(1, stage.Report.Targets.Sum(line => line.Mass), 0.2); // weights of sum 1
    }

    [Fact]
    public void All_rows_cover_the_whole_target()
    {
        SelectionReport report = Fit(o => o.Strategy = SelectionStrategy.All).Report;

        Assert.Equal(240, report.SelectedRows);
        Assert.All(report.Targets, target => Assert.Equal(1, target.CoveredShare, 1e-9));
    }

    [Fact]
    public void A_cap_leaves_room_for_other_classes()
    {
        SelectionReport report = Fit(o => (o.Budget, o.RowsPerClass) = (SelectionBudget.Count(40), 12)).Report;

        Assert.Equal(40, report.SelectedRows);
        Assert.Equal(12, report.Classes.Max(line => line.SelectedRows));
        Assert.Equal(4, report.Classes.Count(line => line.IsSelected));
    }

    [Fact]
    public void Budgets_are_a_number_a_share_or_a_mass()
    {
        Assert.Equal(24, Fit(_ => { }).Report.SelectedRows); // a tenth
        Assert.Equal(60, Fit(o => o.Budget = SelectionBudget.Share(0.25)).Report.SelectedRows);
        SelectionReport half = Fit(o => o.Budget = SelectionBudget.Mass(0.5)).Report, most = Fit(o => o.Budget = SelectionBudget.Mass(0.95)).Report;
        Assert.Equal(0.5, half.CoveredShare, 0.02);
        Assert.Equal(0.95, most.CoveredShare, 0.02);
        Assert.True(half.SelectedRows < most.SelectedRows && most.SelectedRows < 240);
    }

    [Theory]
    [InlineData(SelectionStrategy.Random)]
    [InlineData(SelectionStrategy.NearestMean)]
    [InlineData(SelectionStrategy.NearestMeanOfAll)]
    [InlineData(SelectionStrategy.KCenter)]
    public void Rivals_choose_as_many(SelectionStrategy strategy)
    {
        float[] Chosen(long seed)
        {
            PretrainingSelectionTransformer stage = Fit(o => (o.Strategy, o.Budget, o.Seed) = (strategy, SelectionBudget.Count(16), seed));
            return [.. stage.Select(Blobs.View(_ml, _source)).GetColumn<float>("Number")];
        }

        Assert.Equal(16, Chosen(1).Length);
        Assert.Equal(strategy == SelectionStrategy.Random, !Chosen(1).SequenceEqual(Chosen(2)));
        if (strategy == SelectionStrategy.KCenter)
            Assert.Equal(8, _source.Where(row => Chosen(1).Contains(row.Number)).Select(row => row.Class).Distinct().Count()); // spreads over all classes
    }

    [Fact]
    public void A_sample_of_the_rows_gives_nearly_the_same_choice()
    {
        List<Blobs.Row> many = Blobs.Source(rowsPerClass: 200);
        float[] Chosen(int sample) => [.. Fit(o => (o.Budget, o.SampleRows) = (SelectionBudget.Count(200), sample), many).Select(Blobs.View(_ml, many)).GetColumn<float>("Number")];

        int same = Chosen(5000).Intersect(Chosen(300)).Count();
        Assert.True(same > 120, $"{same} of 200"); // of 400 rows that lie equally near; chance would give 100
    }

    [Fact]
    public void Other_rows_than_those_of_the_fit_are_refused()
    {
        PretrainingSelectionTransformer stage = Fit(_ => { });
        var error = Assert.Throws<InvalidOperationException>(() => stage.Select(Blobs.View(_ml, Blobs.Source(rowsPerClass: 31))).GetColumn<float>("Number").Count());
        Assert.Contains("fitted on 240 source rows and chooses them by their place; these are 248", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_k_centre_beyond_its_sample_is_one_message()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Fit(o => (o.Strategy, o.Budget, o.SampleRows) = (SelectionStrategy.KCenter, SelectionBudget.Count(100), 50)));
        Assert.Contains("looks at a sample of 50 rows, and SelectionBudget.Count(100) of 240 rows is more. Raise SampleRows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_direction_are_never_chosen()
    {
        List<Blobs.Row> source = [.. _source, new Blobs.Row { Class = "a", Features = new float[Blobs.Width], Number = -5 }];
        PretrainingSelectionTransformer stage = Fit(o => o.Strategy = SelectionStrategy.All, source);
        Assert.Equal(240, stage.Select(Blobs.View(_ml, source)).GetColumn<float>("Number").Count(number => number != -5));
        Assert.Equal(240, stage.Report.SelectedRows);
    }

    private PretrainingSelectionTransformer Fit(Action<PretrainingSelectionOptions> change, List<Blobs.Row>? source = null)
    {
        var options = new PretrainingSelectionOptions { Level = SelectionLevel.Rows };
        change(options);
        return _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target()), options).Fit(Blobs.View(_ml, source ?? _source));
    }
}
