using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.FineTuning;

/// <summary>A fit that starts from a fitted model.</summary>
public sealed class InitialModelTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void With_a_tiny_learning_rate_the_model_predicts_what_the_initial_one_did(TaskKind task)
    {
        IDataView rows = task.Prepared(_ml, ToyRow.View(_ml)), test = task.Prepared(_ml, ToyRow.View(_ml, 50, seed: 9));
        NeuralNetworkTransformer initial = task.Trainer(_ml, o => o.Epochs = 15).Fit(rows);

        NeuralNetworkTransformer model = task.Trainer(_ml, o =>
        {
            (o.InitialModel, o.Architecture, o.Epochs, o.LearningRate, o.Seed) = (initial, null, 1, 1e-9, 77);
        }).Fit(rows);

        Assert.Equal(initial.Model.Architecture, model.Model.Architecture);
        float[] expected = task.Scores(initial.Transform(test)), actual = task.Scores(model.Transform(test));
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 0.15 * Math.Max(1, Math.Abs(expected[i]))); // running statistics move a little
        Assert.Empty(model.Report.InitialModel!.Fresh);
        Assert.Empty(model.Report.InitialModel.HeadFresh);
        Assert.Null(initial.Report.InitialModel);
    }

    [Fact]
    public void A_chain_of_stages_that_was_saved_and_loaded_will_do()
    {
        IDataView rows = ToyRow.View(_ml);
        ITransformer chain = TaskKind.Multiclass.Pipeline(_ml).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(rows);
        using var stream = new MemoryStream();
        _ml.Model.Save(chain, rows.Schema, stream);
        stream.Position = 0;

        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(_ml, o =>
        {
            o.InitialModel = _ml.Model.Load(stream, out _);
            o.Epochs = 1;
        }).Fit(rows);

        Assert.Equal(5, model.Report.InitialModel!.Taken.Count); // weight, scale, shift, mean, variance
        Assert.Equal(["Binary"], model.Report.InitialModel.HeadFresh);
    }

    [Fact]
    public void Classes_are_matched_by_name_whatever_their_indices()
    {
        IDataView all = TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml));
        NeuralNetworkTransformer initial = TaskKind.Multiclass.Trainer(_ml).Fit(all);
        IDataView two = TaskKind.Multiclass.Prepared(_ml, _ml.Data.LoadFromEnumerable(ToyRow.Make(300, 5).Where(row => row.Class != "high")
            .Select(row =>
            {
                row.Class = row.Class == "low" ? "newcomer" : row.Class;
                return row;
            })));

        InitialModelReport report = TaskKind.Multiclass.Trainer(_ml, o => o.InitialModel = initial).Fit(two).Report.InitialModel!;
        InitialModelReport fresh = TaskKind.Multiclass.Trainer(_ml, o => (o.InitialModel, o.UseInitialHead) = (initial, false)).Fit(two).Report.InitialModel!;

        Assert.Equal(["middle"], report.HeadTaken);
        Assert.Equal(["newcomer"], report.HeadFresh);
        Assert.Empty(fresh.HeadTaken);
    }

    [Fact]
    public void The_initial_models_standardisation_is_kept()
    {
        IDataView View(float scale, float shift) => _ml.Data.LoadFromEnumerable(ToyRow.Make(300).Select(row =>
        {
            row.Features = Array.ConvertAll(row.Features, value => value * scale + shift);
            return row;
        }).ToList());
        NeuralNetworkTransformer initial = TaskKind.Binary.Trainer(_ml, o => o.Epochs = 15).Fit(View(100, 300));

        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(_ml, o => (o.InitialModel, o.Epochs, o.LearningRate) = (initial, 1, 1e-9)).Fit(View(100, 300 + 50));

        // On the same features both say the same, though the second was fitted on rows of another mean.
        IDataView test = View(100, 300);
        double agree = initial.Transform(test).GetColumn<bool>("PredictedLabel").Zip(model.Transform(test).GetColumn<bool>("PredictedLabel")).Average(pair => pair.First == pair.Second ? 1 : 0);
        Assert.True(agree > 0.9, $"{agree}");
    }

    [Fact]
    public void Weight_rescaling_takes_the_running_statistics_along()
    {
        IDataView rows = ToyRow.View(_ml);
        NeuralNetworkTransformer initial = TaskKind.Binary.Trainer(_ml, o => o.Epochs = 15).Fit(rows);

        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(_ml, o =>
        {
            (o.InitialModel, o.Epochs, o.LearningRate, o.BatchSize) = (initial, 1, 1e-9, 400); // one step: the statistics have no time to follow
            (o.Optimizer, o.Regularization) = (Optimizer.Adam(), [Regularizer.WeightRescaling()]);
        }).Fit(rows);

        float[] expected = TaskKind.Binary.Scores(initial.Transform(rows)), actual = TaskKind.Binary.Scores(model.Transform(rows));
        Assert.True(expected.Zip(actual).Average(pair => Math.Abs(pair.First - pair.Second)) < 0.1 * expected.Average(Math.Abs));
    }

    [Fact]
    public void The_optimisers_own_learning_rate_lies_between_those_of_body_and_head()
    {
        IDataView rows = ToyRow.View(_ml);
        NeuralNetworkTransformer initial = TaskKind.Binary.Trainer(_ml).Fit(rows);
        double LastRate(Action<NeuralNetworkOptions> change) => TaskKind.Binary.Trainer(_ml, o =>
        {
            (o.LearningRateSchedule, o.Epochs) = (LearningRateSchedule.Constant(), 1);
            change(o);
        }).Fit(rows).Report.Epochs[^1].LearningRate;

        Assert.Equal(3e-3, LastRate(_ => { }), 1e-9);
        Assert.Equal(3e-3 / Math.Sqrt(10), LastRate(o => o.InitialModel = initial), 1e-9);
        Assert.Equal(3e-3, LastRate(o => (o.InitialModel, o.HeadLearningRateFactor) = (initial, 1)), 1e-9);
        Assert.Equal(0.5, LastRate(o => (o.InitialModel, o.LearningRate) = (initial, 0.5)), 1e-9);
    }

    [Fact]
    public void A_model_without_a_net_or_of_other_features_is_one_message()
    {
        IDataView rows = ToyRow.View(_ml);
        ITransformer none = _ml.Transforms.NormalizeMinMax("Features").Fit(rows);
        var error = Assert.Throws<ArgumentException>(() => TaskKind.Binary.Trainer(_ml, o => o.InitialModel = none));
        Assert.Contains("holds no neural net; give a NeuralNetworkTransformer, a BayesianNestedTransformer, or a chain", error.Message, StringComparison.Ordinal);

        NeuralNetworkTransformer wide = TaskKind.Binary.Trainer(_ml, o => o.FeatureColumnName = "Wide").Fit(_ml.Transforms.Concatenate("Wide", "Features", "Number").Fit(rows).Transform(rows));
        var width = Assert.Throws<ArgumentOutOfRangeException>(() => TaskKind.Binary.Trainer(_ml, o => o.InitialModel = wide).Fit(rows));
        Assert.Contains("InitialModel was trained on 5 features; feature column 'Features' has 4.", width.Message, StringComparison.Ordinal);
    }
}
