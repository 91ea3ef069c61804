using Microsoft.ML;

namespace MLExtensions.Estimators.Tests.Nested;

public sealed class NestedBadInputTests
{
    private static readonly MLContext Ml = new(1);

    [Fact]
    public void All_faults_come_in_one_message()
    {
        var e = Assert.Throws<ArgumentException>(() => NestedTrainers.Create(Ml, TaskKind.Multiclass, o =>
        {
            o.Groups = 0;
            o.FloorGroups = 5;
            o.Ordering = (NestedOrdering)9;
            o.InitialContinue = 1;
            o.PriorContinue = 0;
            o.InitialLogAlpha = 2;
            o.KlWeight = -1;
            o.KlWarmUp = 2;
            o.Temperature = 0;
            o.FinalTemperature = double.NaN;
            o.Samples = -1;
            o.StatisticsRows = 1;
            o.Noise = NestedNoise.PerRow;
            o.Epochs = 0;
        }));

        foreach (string part in new[] { "14 faults", "Groups is 0", "FloorGroups", "Ordering is 9", "InitialContinue", "PriorContinue", "InitialLogAlpha", "KlWeight", "KlWarmUp", "Temperature is 0", "FinalTemperature", "Samples is -1", "StatisticsRows", "Noise", "Epochs" })
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recipes_that_cannot_be_nested_say_so_and_name_the_cure()
    {
        Refused(Architecture.Mlp([8], normalization: Normalization.Layer), "Normalization.Batch");
        Refused(Architecture.Mlp([8], dropout: .2), "Leave dropout out");
        Refused(Architecture.MobileNetV2(), "Use Architecture.Mlp");

        static void Refused(Architecture recipe, string part) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => NestedTrainers.Create(Ml, TaskKind.Binary, o => o.Architecture = recipe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_narrower_than_the_groups_has_a_group_for_each_unit()
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, TaskKind.Binary, 100, o => (o.Architecture, o.Groups, o.Epochs) = (Architecture.Mlp([3, 5]), 32, 1));

        Assert.Equal(3, model.Model.WidthProbabilities(0).Count);
        Assert.Equal(5, model.Model.WidthProbabilities(1).Count);
        Assert.Equal((4 * 1) + (1 * 1) + 1, model.WithWidth(2 / 32.0).Model.MultiplyAddsAt(2 / 32.0));
    }

    [Fact]
    public void One_class_is_an_error()
    {
        List<ToyRow> rows = ToyRow.Make(50);
        rows.ForEach(row => row.Positive = true);

        Assert.Throws<InvalidOperationException>(() => NestedTrainers.Create(Ml, TaskKind.Binary).Fit(Ml.Data.LoadFromEnumerable(rows)));
    }

    [Fact]
    public void Budgets_that_nothing_keeps_say_what_comes_nearest()
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, TaskKind.Multiclass, 300, o => o.Epochs = 3);
        IDataView rows = TaskKind.Multiclass.Prepared(Ml, ToyRow.View(Ml, 100));
        WidthTable table = model.MeasureWidths(rows);

        double exact = table.WidthFor(bytes: long.MaxValue, accuracyLossAtMost: 0).Width;
        Assert.Equal(table.Widths.First(w => w.Accuracy >= table.Widths[^1].Accuracy).Width, exact);
        Assert.Contains("No width keeps", Assert.Throws<InvalidOperationException>(() => table.WidthFor(bytes: 10)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => table.WidthFor());
        Assert.Throws<ArgumentException>(() => table.WidthFor(bytes: 0));
        WidthChoice small = table.WidthFor(bytes: table.Widths[2].Bytes);
        Assert.True(small.Width <= table.Widths[2].Width);
        Assert.Contains("most accurate", small.Reason, StringComparison.Ordinal);
        Assert.Equal(table.Widths[0].Width, table.WidthFor(accuracyLossAtMost: 1).Width);
        Assert.Throws<ArgumentException>(() => model.MeasureWidths(rows, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseAdaptiveWidth(rows, accuracyLossAtMost: double.NaN));
        Assert.Contains("below start", Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseAdaptiveWidth(rows, start: .5, max: .25)).Message, StringComparison.Ordinal);
        Assert.Contains("model.Model.Widths", Assert.Throws<ArgumentException>(() => model.ChooseAdaptiveWidth(rows, [.5, .75], max: .25)).Message, StringComparison.Ordinal);
        Assert.Contains("model.Model.Widths", Assert.Throws<ArgumentException>(() => model.ChooseAdaptiveWidth(rows, [])).Message, StringComparison.Ordinal);
    }
}
