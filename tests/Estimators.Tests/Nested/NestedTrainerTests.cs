using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Nested;

public sealed class NestedTrainerTests
{
    private static readonly MLContext Ml = new(1);

    public static TheoryData<TaskKind> All => Tasks.All;

    [Theory]
    [MemberData(nameof(All))]
    public void A_fitted_net_is_good_at_every_width_and_says_how_sure_it_is(TaskKind task)
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, task, rows: 1500, change: o => o.Epochs = 20);
        IDataView test = task.Prepared(Ml, ToyRow.View(Ml, 500, seed: 2));

        WidthTable table = model.WithSamples(4).MeasureWidths(test, [.25, .5, 1]);

        Assert.Equal([.25, .5, 1], table.Widths.Select(w => w.Width));
        Assert.True(table.Widths[2].Accuracy > (task == TaskKind.Regression ? .9 : .85), $"accuracy {table.Widths[2].Accuracy}");
        Assert.True(table.Widths[0].Accuracy > (task == TaskKind.Regression ? .3 : .5), $"accuracy of the narrowest {table.Widths[0].Accuracy}");
        Assert.All(table.Widths, w => Assert.True(w.CalibrationError < .15, $"{w.Width}: {w.CalibrationError}"));
        Assert.All(table.Widths.Zip(table.Widths.Skip(1)), pair => Assert.True(pair.First.Bytes < pair.Second.Bytes && pair.First.MultiplyAdds < pair.Second.MultiplyAdds));
        Assert.True(model.Report.Epochs[^1].TrainingLoss < model.Report.Epochs[0].TrainingLoss);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_gives_others()
    {
        float[] once = Scores(3), again = Scores(3), other = Scores(4);

        Assert.Equal(once, again);
        Assert.NotEqual(once, other);

        float[] Scores(long seed)
        {
            IDataView rows = TaskKind.Multiclass.Prepared(Ml, ToyRow.View(Ml, 200));
            return TaskKind.Multiclass.Scores(NestedTrainers.Create(Ml, TaskKind.Multiclass, o => (o.Seed, o.Epochs) = (seed, 2)).Fit(rows).WithWidth(.5).Transform(rows));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_early_check_of_a_pipeline_knows_the_columns_that_come(TaskKind task)
    {
        BayesianNestedNetworkTrainer trainer = NestedTrainers.Create(Ml, task, o => (o.UncertaintyColumns, o.Epochs) = (true, 1));
        IDataView rows = task.Prepared(Ml, ToyRow.View(Ml, 60));
        SchemaShape promised = trainer.GetOutputSchema(Transforms.Interop.SchemaShapes.Of(rows.Schema));

        DataViewSchema schema = trainer.Fit(rows).GetOutputSchema(rows.Schema);

        Assert.Equal(schema.Select(column => column.Name).Where(name => !schema[name].IsHidden).Order(), promised.Select(column => column.Name).Order());
        Assert.Equal(task == TaskKind.Regression ? 6 : task == TaskKind.Binary ? 6 : 5, schema.Count - rows.Schema.Count);
    }

    [Fact]
    public void A_pipeline_is_saved_loaded_and_looked_at_at_another_width()
    {
        IDataView rows = ToyRow.View(Ml, 300);
        IEstimator<ITransformer> pipeline = Ml.Transforms.Conversion.MapValueToKey("Label", nameof(ToyRow.Class)).Append(NestedTrainers.Create(Ml, TaskKind.Multiclass, o => o.Epochs = 3))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("Answer", "PredictedLabel"));
        ITransformer fitted = pipeline.Fit(rows);
        using var stream = new MemoryStream();
        Ml.Model.Save(fitted, rows.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = Ml.Model.Load(stream, out _);

        ITransformer narrow = loaded.WithBayesianNested(net => net.WithWidth(.25).WithSamples(4));
        ITransformer extracted = loaded.WithBayesianNested(net => net.Extract(.25));

        Assert.Equal(TaskKind.Multiclass.Scores(fitted.WithBayesianNested(net => net.WithWidth(.25).WithSamples(4)).Transform(rows)), TaskKind.Multiclass.Scores(narrow.Transform(rows)));
        Assert.Equal(.25, narrow.FindBayesianNested().Model.Width);
        Assert.Equal(1, loaded.FindBayesianNested().Model.Width);
        Assert.All(extracted.Transform(rows).GetColumn<string>("Answer"), answer => Assert.Contains(answer, new[] { "low", "middle", "high" }));
    }

    [Fact]
    public void A_plain_net_is_no_nested_one()
    {
        IDataView rows = TaskKind.Binary.Prepared(Ml, ToyRow.View(Ml, 60));
        ITransformer plain = TaskKind.Binary.Trainer(Ml, o => o.Epochs = 1).Fit(rows);

        Assert.Contains("plain neural net", Assert.Throws<InvalidOperationException>(plain.FindBayesianNested).Message, StringComparison.Ordinal);
        Assert.Contains("BayesianNestedNetwork", Assert.Throws<InvalidOperationException>(() => plain.WithBayesianNested(net => net)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rescaling_and_scale_shift_invariance_go_with_nested_nets_where_they_make_sense()
    {
        BayesianNestedTransformer rescaled = NestedTrainers.Fit(Ml, TaskKind.Multiclass, change: o => o.Regularization = [Regularizer.WeightRescaling()]);
        ReadOnlySpan<float> first = rescaled.Model.Network.Parameter("layers.0.weight");
        for (int row = 0; row < 16; row++)
            Assert.Equal(1, Math.Sqrt(first.Slice(row * 4, 4).ToArray().Sum(w => (double)w * w)), 1e-4);

        Architecture open = Architecture.Mlp([16, 8]);
        BayesianNestedTransformer invariant = NestedTrainers.Fit(Ml, TaskKind.Binary, change: o => (o.Architecture, o.Regularization) = (open, [Regularizer.ScaleShiftInvariant()]));
        Assert.True(double.IsFinite(invariant.Report.Epochs[^1].TrainingLoss));
        var e = Assert.Throws<ArgumentException>(() => NestedTrainers.Fit(Ml, TaskKind.Binary, change: o => (o.Architecture, o.Regularization) = (open, [Regularizer.WeightRescaling()])));
        Assert.Contains("normalisation", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_fit_goes_on_to_the_same_bits()
    {
        string folder = Directory.CreateTempSubdirectory("mlextensions-").FullName;
        try
        {
            float[] whole = Parameters(null, null);
            using var cancel = new CancellationTokenSource();
            var progress = new CancelAt(2, cancel);
            Assert.Throws<OperationCanceledException>(() => Parameters(folder, cancel.Token, progress));
            Assert.NotEmpty(Directory.GetFiles(folder));

            Assert.Equal(whole, Parameters(folder, null));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        float[] Parameters(string? folder, CancellationToken? token, IProgress<TrainingProgress>? progress = null) => NestedTrainers.Fit(Ml, TaskKind.Multiclass, 300, o =>
        {
            (o.CheckpointFolder, o.Progress, o.Epochs, o.FinalTemperature) = (folder, progress, 5, .5);
            o.CancellationToken = token ?? default;
        }).Model.Network.Parameters;
    }

    [Fact]
    public void The_adaptive_threshold_keeps_the_wanted_accuracy_and_tells_its_cost()
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, TaskKind.Multiclass, 1500, o => o.Epochs = 15);
        IDataView validation = TaskKind.Multiclass.Prepared(Ml, ToyRow.View(Ml, 800, seed: 5));

        AdaptiveWidthChoice choice = model.ChooseAdaptiveWidth(validation, start: .25, accuracyLossAtMost: .002);

        Assert.True(choice.Accuracy >= choice.FullAccuracy - .002);
        AdaptiveCost cost = choice.Model.MeasureAdaptiveCost(validation);
        Assert.Equal(800, cost.Rows);
        Assert.Equal(choice.WidenedShare, cost.WidenedShare, 1e-2);
        Assert.Equal(choice.MeanCost, cost.MeanCost, 1e-2);
        Assert.Equal(choice.Accuracy, Ml.MulticlassClassification.EvaluateUncertainty(choice.Model.Transform(validation)).Accuracy, 5e-3);
        Assert.Contains("one width", Assert.Throws<InvalidOperationException>(() => model.MeasureAdaptiveCost(validation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_starts_the_cheapest_that_keeps_the_accuracy_is_chosen()
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, TaskKind.Multiclass, 1500, o => o.Epochs = 15);
        IDataView validation = TaskKind.Multiclass.Prepared(Ml, ToyRow.View(Ml, 800, seed: 5));
        double[] starts = [.25, .5, .75];
        AdaptiveWidthChoice[] single = [.. starts.Select(start => model.ChooseAdaptiveWidth(validation, start, max: .75, accuracyLossAtMost: .002))];

        AdaptiveWidthChoice choice = model.ChooseAdaptiveWidth(validation, [.. starts, 1], max: .75, accuracyLossAtMost: .002); // 1 is above max

        Assert.Equal(starts, single.Select(one => one.Start));
        Assert.Equal(1, single[2].MeanCost); // nothing to widen
        Assert.Equal(0, single[2].WidenedShare);
        AdaptiveWidthChoice cheapest = single.MinBy(one => one.MeanCost)!;
        Assert.Equal((cheapest.Start, cheapest.Threshold, cheapest.MeanCost), (choice.Start, choice.Threshold, choice.MeanCost));
        Assert.True(choice.Accuracy >= choice.FullAccuracy - .002);
    }

    [Theory]
    [InlineData(TaskKind.Multiclass)]
    [InlineData(TaskKind.Binary)]
    public void With_no_loss_allowed_every_row_whose_answer_would_change_is_widened(TaskKind task)
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, task, 1500, o => o.Epochs = 15);
        IDataView validation = task.Prepared(Ml, ToyRow.View(Ml, 800, seed: 5));

        AdaptiveWidthChoice choice = model.ChooseAdaptiveWidth(validation, start: .5, accuracyLossAtMost: 0);

        Assert.Equal(Answers(model), Answers(choice.Model));
        Assert.NotEqual(Answers(model), Answers(model.WithWidth(.5)));
        Assert.InRange(choice.WidenedShare, .001, .999);

        object[] Answers(BayesianNestedTransformer view) => task == TaskKind.Binary
            ? [.. view.Transform(validation).GetColumn<bool>("PredictedLabel").Cast<object>()]
            : [.. view.Transform(validation).GetColumn<uint>("PredictedLabel").Cast<object>()];
    }

    [Theory]
    [InlineData(NestedOrdering.Fixed)]
    [InlineData(NestedOrdering.Uniform)]
    [InlineData(NestedOrdering.None)]
    public void Other_orderings_leave_the_chain_as_it_was(NestedOrdering ordering)
    {
        BayesianNestedTransformer model = NestedTrainers.Fit(Ml, TaskKind.Multiclass, 200, o => (o.Ordering, o.Epochs) = (ordering, 3));
        IReadOnlyList<double> widths = model.Model.WidthProbabilities(0);

        if (ordering == NestedOrdering.None)
            Assert.Equal([1], widths);
        else if (ordering == NestedOrdering.Uniform)
            Assert.All(widths, p => Assert.Equal(1.0 / 7, p, 1e-6));
        else
            Assert.Equal(.05, widths[0], 1e-6);
    }

    [Fact]
    public void Features_far_from_one_are_standardised_inside()
    {
        List<ToyRow> rows = ToyRow.Make(600);
        foreach (ToyRow row in rows)
            row.Features = [.. row.Features.Select(x => (x * 1000) + 5000)];

        BayesianNestedTransformer model = NestedTrainers.Create(Ml, TaskKind.Binary).Fit(Ml.Data.LoadFromEnumerable(rows));

        Assert.True(Ml.BinaryClassification.EvaluateUncertainty(model.Transform(Ml.Data.LoadFromEnumerable(rows)), nameof(ToyRow.Positive)).Accuracy > .85);
    }

    private sealed class CancelAt(int epoch, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch > epoch)
                source.Cancel();
        }
    }
}
