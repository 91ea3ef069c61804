using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>One row at a time, through ML.NET's prediction engine.</summary>
public sealed class PredictionEngineTests
{
    private const int Rows = 300;
    private static readonly MLContext Ml = new(1);
    private readonly TestView _source = new(Rows, TestColumn.Features());

    [Fact]
    public void Multiclass_predictions_are_those_of_Transform()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Multiclass);
        IDataView scored = model.Transform(_source);

        Assert.Equal(
            scored.GetColumn<float[]>("Score").Zip(scored.GetColumn<uint>("PredictedLabel"), (score, label) => $"{string.Join("|", score)} {label}"),
            Predict<ClassScores>(model).Select(row => $"{string.Join("|", row.Score)} {row.PredictedLabel}"));
    }

    [Fact]
    public void Binary_predictions_are_those_of_Transform()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Binary);
        IDataView scored = model.Transform(_source);
        BinaryScore[] predicted = [.. Predict<BinaryScore>(model)];

        Assert.Equal(scored.GetColumn<float>("Score"), predicted.Select(row => row.Score));
        Assert.Equal(scored.GetColumn<float>("Probability"), predicted.Select(row => row.Probability));
        Assert.Equal(scored.GetColumn<bool>("PredictedLabel"), predicted.Select(row => row.PredictedLabel));
    }

    [Fact]
    public void Regression_predictions_are_those_of_Transform()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Regression);

        Assert.Equal(model.Transform(_source).GetColumn<float>("Score"), Predict<NumberScore>(model).Select(row => row.Score));
    }

    [Fact]
    public void An_engine_works_on_after_another_engine_of_the_model_and_the_model_were_disposed()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Regression);
        PredictionEngine<FeatureRow, NumberScore> kept = Ml.Model.CreatePredictionEngine<FeatureRow, NumberScore>(model);
        PredictionEngine<FeatureRow, NumberScore> other = Ml.Model.CreatePredictionEngine<FeatureRow, NumberScore>(model);
        var row = new FeatureRow { Features = TestColumn.FeaturesOf(3) };
        float expected = kept.Predict(row).Score;
        other.Predict(row);
        other.Dispose();
        model.Dispose();

        Assert.Equal(expected, kept.Predict(row).Score);
        Assert.Equal(expected, Ml.Model.CreatePredictionEngine<FeatureRow, NumberScore>(model).Predict(row).Score);
    }

    [Fact]
    public void A_row_that_changes_in_place_is_scored_anew()
    {
        PredictionEngine<FeatureRow, NumberScore> engine = Ml.Model.CreatePredictionEngine<FeatureRow, NumberScore>(Models.Create(NetTask.Regression));
        var row = new FeatureRow { Features = TestColumn.FeaturesOf(3) };
        float before = engine.Predict(row).Score;
        row.Features[0] += 1;

        Assert.NotEqual(before, engine.Predict(row).Score);
    }

    [Fact]
    public void A_row_of_another_width_is_an_error_and_the_next_row_is_scored_again()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Regression);
        var definition = SchemaDefinition.Create(typeof(FeatureRow));
        definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single);
        PredictionEngine<FeatureRow, NumberScore> engine = Ml.Model.CreatePredictionEngine<FeatureRow, NumberScore>(model, inputSchemaDefinition: definition);
        float expected = engine.Predict(new FeatureRow { Features = TestColumn.FeaturesOf(1) }).Score;

        Assert.Contains("has 3 values", Assert.Throws<InvalidOperationException>(() => engine.Predict(new FeatureRow { Features = new float[3] })).Message);
        Assert.Equal(expected, engine.Predict(new FeatureRow { Features = TestColumn.FeaturesOf(1) }).Score);
    }

    [Fact]
    public void A_prediction_allocates_nothing()
    {
        Assert.Equal(0, BytesPerPredict<BinaryScore>(Models.Create(NetTask.Binary)));
        Assert.Equal(0, BytesPerPredict<NumberScore>(Models.Create(NetTask.Regression)));
        Assert.Equal(0, BytesPerPredict<ClassScores>(Models.Create(NetTask.Multiclass)));
        Assert.Equal(0, BytesPerPredict<ClassScores>(Models.Create(Nets.Create(NetTask.Multiclass, recipe: Architecture.Mlp([300, 200]), classes: 40))));
    }

    [Fact]
    public void A_prediction_allocates_no_more_than_that_of_an_ML_NET_linear_model()
    {
        TestView rows = new(Rows, TestColumn.Features(), TestColumn.Of("Label", NumberDataViewType.Single, row => row % 5f));
        ITransformer linear = Ml.Regression.Trainers.Sdca(new SdcaRegressionTrainer.Options { MaximumNumberOfIterations = 1, NumberOfThreads = 1 }).Fit(rows);

        Assert.InRange(BytesPerPredict<NumberScore>(Models.Create(NetTask.Regression)), 0, BytesPerPredict<NumberScore>(linear));
    }

    private static IEnumerable<T> Predict<T>(ITransformer model)
        where T : class, new()
    {
        PredictionEngine<FeatureRow, T> engine = Ml.Model.CreatePredictionEngine<FeatureRow, T>(model);
        return Enumerable.Range(0, Rows).Select(row => engine.Predict(new FeatureRow { Features = TestColumn.FeaturesOf(row) }));
    }

    private static long BytesPerPredict<T>(ITransformer model)
        where T : class, new()
    {
        const int Calls = 20_000;
        PredictionEngine<FeatureRow, T> engine = Ml.Model.CreatePredictionEngine<FeatureRow, T>(model, ignoreMissingColumns: true);
        var row = new FeatureRow { Features = TestColumn.FeaturesOf(1) };
        var answer = new T();
        for (int i = 0; i < 100; i++)
            engine.Predict(row, ref answer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
            engine.Predict(row, ref answer);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
