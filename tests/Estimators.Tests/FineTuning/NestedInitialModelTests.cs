using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Tests.Nested;

namespace MLExtensions.Estimators.Tests.FineTuning;

/// <summary>Fits that start from a fitted nested net.</summary>
public sealed class NestedInitialModelTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void A_plain_net_starts_from_the_mean_weights_of_the_whole_width(TaskKind task)
    {
        IDataView rows = task.Prepared(_ml, ToyRow.View(_ml, 600)), test = task.Prepared(_ml, ToyRow.View(_ml, 50, seed: 9));
        BayesianNestedTransformer initial = NestedTrainers.Fit(_ml, task);

        NeuralNetworkTransformer model = task.Trainer(_ml, o =>
        {
            (o.InitialModel, o.Architecture, o.Epochs, o.LearningRate, o.FreezeStatistics) = (SavedAndLoaded(initial.WithWidth(0.5), rows), null, 1, 1e-9, true);
        }).Fit(rows);

        Assert.Equal(initial.Model.Architecture, model.Model.Architecture);
        Assert.Empty(model.Report.InitialModel!.Fresh);
        Assert.Empty(model.Report.InitialModel.HeadFresh);
        Close(task.Scores(initial.Extract(1).Transform(test)), task.Scores(model.Transform(test)), 1e-3);
    }

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void A_nested_net_takes_weights_noise_and_order(TaskKind task)
    {
        IDataView rows = task.Prepared(_ml, ToyRow.View(_ml, 600)), test = task.Prepared(_ml, ToyRow.View(_ml, 50, seed: 9));
        BayesianNestedTransformer initial = NestedTrainers.Fit(_ml, task, change: o => o.CalibrateWidths = false);

        BayesianNestedTransformer model = NestedTrainers.Create(_ml, task, o =>
        {
            (o.InitialModel, o.Architecture, o.Epochs, o.LearningRate, o.CalibrateWidths) = (SavedAndLoaded(initial, rows), null, 1, 1e-9, false);
            (o.InitialLogAlpha, o.InitialContinue) = (-2, 0.5);
        }).Fit(rows);

        Assert.Empty(model.Report.InitialModel!.Fresh);
        Assert.Empty(model.Report.InitialModel.HeadFresh);
        Assert.Contains("layers.1.noise", model.Report.InitialModel.Taken);
        Assert.Contains("layers.0.gates", model.Report.InitialModel.Taken);
        for (int layer = 0; layer < 2; layer++)
            Close([.. initial.Model.WidthProbabilities(layer).Select(p => (float)p)], [.. model.Model.WidthProbabilities(layer).Select(p => (float)p)], 1e-4);
        foreach (double width in new[] { 0.5, 1 }) // the same seed draws the same noise
            Close(task.Scores(initial.WithWidth(width).WithSamples(2).Transform(test)), task.Scores(model.WithWidth(width).WithSamples(2).Transform(test)), 0.1);
    }

    [Fact]
    public void A_regression_on_labels_of_another_scale_says_the_same_and_is_as_sure()
    {
        IDataView Rows(float factor) => _ml.Data.LoadFromEnumerable(ToyRow.Make(600).Select((row, i) =>
        {
            row.Number = i % 2 == 0 ? row.Number : row.Number * factor; // another mean and deviation over the rows
            return row;
        }).ToList());
        IDataView test = ToyRow.View(_ml, 50, seed: 9);
        BayesianNestedTransformer initial = NestedTrainers.Create(_ml, TaskKind.Regression, o => o.CalibrateWidths = false).Fit(Rows(1));

        BayesianNestedTransformer model = NestedTrainers.Create(_ml, TaskKind.Regression, o =>
        {
            (o.InitialModel, o.Epochs, o.LearningRate, o.CalibrateWidths) = (initial, 1, 1e-9, false);
        }).Fit(Rows(5));

        Close(TaskKind.Regression.Scores(initial.WithWeightNoise(false).Transform(test)), TaskKind.Regression.Scores(model.WithWeightNoise(false).Transform(test)), 0.15);
        float[] Noise(BayesianNestedTransformer net) => [.. net.WithUncertainty().WithWeightNoise(false).Transform(test).GetColumn<float>(UncertaintyColumnNames.NoiseDeviation)];
        Close(Noise(initial), Noise(model), 0.02);
    }

    [Fact]
    public void Order_and_noise_start_fresh_where_groups_or_weights_are_others()
    {
        IDataView rows = TaskKind.Binary.Prepared(_ml, ToyRow.View(_ml, 200));
        BayesianNestedTransformer initial = NestedTrainers.Fit(_ml, TaskKind.Binary, 200, o => o.Epochs = 1);
        InitialModelReport Report(Action<BayesianNestedNetworkOptions> change) => NestedTrainers.Create(_ml, TaskKind.Binary, o =>
        {
            (o.InitialModel, o.Epochs) = (initial, 1);
            change(o);
        }).Fit(rows).Report.InitialModel!;

        Assert.Equal(["layers.0.gates", "layers.1.gates"], Report(o => o.Groups = 4).Fresh);
        IReadOnlyList<string> wider = Report(o => o.Architecture = Architecture.Mlp([24, 8], normalization: Normalization.Batch)).Fresh;
        Assert.Contains("layers.0.gates", wider); // of as many groups, but of other units
        Assert.Contains("layers.1.noise", wider);
        Assert.DoesNotContain("layers.1.norm.scale", wider);
        var error = Assert.Throws<InvalidOperationException>(() => Report(o => o.Architecture = Architecture.Mlp([10], normalization: Normalization.Batch)));
        Assert.Contains("InitialModel: no weight of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_convolutions_are_initial_models_too()
    {
        var random = new Random(5);
        IDataView rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 96).Select(i => new Picture
        {
            Positive = i % 2 == 0,
            Features = [.. Enumerable.Range(0, 64).Select(pixel => random.NextSingle() + (i % 2 == 0 && pixel < 32 ? 1 : 0))],
        }).ToList());
        BayesianNestedTransformer Nested(ITransformer? start) => NestedTrainers.Create(_ml, TaskKind.Binary, o =>
        {
            (o.InitialModel, o.Architecture) = (start, start is null ? Architecture.ConvNet([[4], [8]]) : null);
            (o.Groups, o.FloorGroups, o.Epochs, o.BatchSize) = (4, 1, 2, 16);
        }).Fit(rows);
        BayesianNestedTransformer initial = Nested(null), nested = Nested(initial);
        NeuralNetworkTransformer plain = TaskKind.Binary.Trainer(_ml, o =>
        {
            (o.InitialModel, o.Architecture, o.Epochs, o.LearningRate, o.FreezeStatistics) = (initial, null, 1, 1e-9, true);
        }).Fit(rows);

        Assert.Empty(nested.Report.InitialModel!.Fresh);
        Assert.Empty(plain.Report.InitialModel!.Fresh);
        Close(TaskKind.Binary.Scores(initial.Extract(1).Transform(rows)), TaskKind.Binary.Scores(plain.Transform(rows)), 1e-3);
    }

    private ITransformer SavedAndLoaded(ITransformer model, IDataView rows)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, rows.Schema, stream);
        stream.Position = 0;
        return _ml.Model.Load(stream, out _);
    }

    private static void Close(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
    }

    private sealed class Picture
    {
        [VectorType(1, 8, 8)]
        public float[] Features { get; set; } = [];

        public bool Positive { get; set; }
    }
}
