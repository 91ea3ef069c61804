using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

public sealed class LearningTests
{
    [Fact]
    public void Multiclass_learns_with_nothing_set()
    {
        var ml = new MLContext(1);
        IDataView train = ToyRow.View(ml, 600);
        var model = ml.Transforms.Conversion.MapValueToKey("Label", nameof(ToyRow.Class)).Append(ml.MulticlassClassification.Trainers.NeuralNetwork())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(train);

        IDataView scored = model.Transform(ToyRow.View(ml, 300, seed: 2));

        Assert.True(ml.MulticlassClassification.Evaluate(scored).MicroAccuracy > 0.9);
        Assert.Equal(["high", "low", "middle"], scored.GetColumn<string>("PredictedLabel").Distinct().Order());
    }

    [Fact]
    public void Binary_learns_with_nothing_set()
    {
        var ml = new MLContext(1);
        var model = ml.BinaryClassification.Trainers.NeuralNetwork(nameof(ToyRow.Positive)).Fit(ToyRow.View(ml, 600));

        CalibratedBinaryClassificationMetrics metrics = ml.BinaryClassification.Evaluate(model.Transform(ToyRow.View(ml, 300, seed: 2)), nameof(ToyRow.Positive));

        Assert.True(metrics.Accuracy > 0.93 && metrics.LogLoss < 0.35, $"accuracy {metrics.Accuracy}, log-loss {metrics.LogLoss}");
    }

    [Fact]
    public void Regression_learns_a_label_far_from_zero_with_nothing_set()
    {
        var ml = new MLContext(1);
        var model = ml.Regression.Trainers.NeuralNetwork(nameof(ToyRow.Number)).Fit(ToyRow.View(ml, 600));

        RegressionMetrics metrics = ml.Regression.Evaluate(model.Transform(ToyRow.View(ml, 300, seed: 2)), nameof(ToyRow.Number));

        Assert.True(metrics.RSquared > 0.95, $"R² {metrics.RSquared}");
    }

    [Fact]
    public void Raw_features_of_any_size_learn_as_well_as_normalised_ones()
    {
        var ml = new MLContext(1);
        List<ToyRow> Scaled(int rows, int seed) => [.. ToyRow.Make(rows, seed).Select(row =>
        {
            row.Features = [row.Features[0] * 1000 + 50_000, row.Features[1] * 0.5f, row.Features[2] * 100 - 3000, row.Features[3] * 20];
            return row;
        })];
        var model = ml.BinaryClassification.Trainers.NeuralNetwork(nameof(ToyRow.Positive)).Fit(ml.Data.LoadFromEnumerable(Scaled(600, 1)));

        IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(Scaled(300, 2)));

        Assert.True(ml.BinaryClassification.Evaluate(scored, nameof(ToyRow.Positive)).Accuracy > 0.93);
    }

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void The_same_seed_gives_the_same_bits(TaskKind task)
    {
        float[] Fit(long seed)
        {
            var ml = new MLContext();
            IDataView rows = ToyRow.View(ml);
            return task.Scores(task.Pipeline(ml, options => options.Seed = seed).Fit(rows).Transform(rows));
        }

        Assert.Equal(Fit(3), Fit(3));
        Assert.NotEqual(Fit(3), Fit(4));
    }

    [Fact]
    public void Without_a_seed_the_context_decides()
    {
        float[] Fit(int seed)
        {
            var ml = new MLContext(seed);
            IDataView rows = ToyRow.View(ml);
            return TaskKind.Binary.Scores(TaskKind.Binary.Pipeline(ml, options => options.Seed = null).Fit(rows).Transform(rows));
        }

        Assert.Equal(Fit(5), Fit(5));
        Assert.NotEqual(Fit(5), Fit(6));
    }

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void A_row_of_weight_0_might_as_well_not_be_there(TaskKind task)
    {
        var ml = new MLContext();
        List<ToyRow> rows = ToyRow.Make(600);
        foreach (ToyRow row in rows.Skip(300))
        {
            // Lies that would spoil everything.
            (row.Weight, row.Positive, row.Number, row.Class) = (0, !row.Positive, -row.Number, row.Class == "low" ? "high" : "low");
        }

        ITransformer model = task.Pipeline(ml, options =>
        {
            options.ExampleWeightColumnName = nameof(ToyRow.Weight);
            options.Epochs = 30;
            options.ValidationFraction = 0;
        }).Fit(ml.Data.LoadFromEnumerable(rows));
        IDataView scored = model.Transform(ToyRow.View(ml, 300, seed: 2));

        double score = task switch
        {
            TaskKind.Multiclass => ml.MulticlassClassification.Evaluate(scored).MicroAccuracy,
            TaskKind.Binary => ml.BinaryClassification.Evaluate(scored, nameof(ToyRow.Positive)).Accuracy,
            _ => ml.Regression.Evaluate(scored, nameof(ToyRow.Number)).RSquared,
        };
        Assert.True(score > 0.85, $"{score}");
    }

    [Fact]
    public void Balanced_class_weights_find_more_of_a_rare_class()
    {
        var ml = new MLContext();
        List<ToyRow> rows = [.. ToyRow.Make(4000).Where((row, i) => !row.Positive || i % 20 == 0)];
        double Recall(ClassWeights? weights)
        {
            IDataView data = ml.Data.LoadFromEnumerable(rows);
            ITransformer model = TaskKind.Binary.Pipeline(ml, options => (options.ClassWeights, options.Architecture) = (weights, Architecture.Mlp([]))).Fit(data);
            return ml.BinaryClassification.Evaluate(model.Transform(ToyRow.View(ml, 500, 2)), nameof(ToyRow.Positive)).PositiveRecall;
        }

        Assert.True(Recall(ClassWeights.Balanced) > Recall(null) + 0.1);
        Assert.True(Recall(ClassWeights.ByLabel(new Dictionary<string, double> { ["True"] = 20 })) > Recall(null) + 0.1);
    }

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void Streamed_rows_learn_like_rows_in_memory(TaskKind task)
    {
        var ml = new MLContext();
        IDataView rows = ToyRow.View(ml, 1000);
        IDataView test = ToyRow.View(ml, 300, seed: 2);
        double Score(CachePolicy cache)
        {
            IDataView scored = task.Pipeline(ml, options => (options.Cache, options.Epochs) = (cache, 20)).Fit(rows).Transform(test);
            return task switch
            {
                TaskKind.Multiclass => ml.MulticlassClassification.Evaluate(scored).MicroAccuracy,
                TaskKind.Binary => ml.BinaryClassification.Evaluate(scored, nameof(ToyRow.Positive)).Accuracy,
                _ => ml.Regression.Evaluate(scored, nameof(ToyRow.Number)).RSquared,
            };
        }

        double streamed = Score(CachePolicy.Stream(bufferRows: 100));

        Assert.True(streamed > 0.9, $"{streamed}");
        Assert.InRange(streamed, Score(CachePolicy.Memory) - 0.03, 1);
    }
}
