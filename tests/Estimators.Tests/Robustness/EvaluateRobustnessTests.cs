using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Robustness;

/// <summary>
/// A linear model's worst case is known: a row falls when its margin is below epsilon Σ|w|. The weights by the raw columns are found by moving raw values and looking at the
/// score, through the whole pipeline, so that nothing here relies on how the evaluation traces columns.
/// </summary>
public sealed class EvaluateRobustnessTests
{
    private const double Epsilon = 0.15;
    private static readonly string[] Parts = ["Age", "Income", "Rooms", "Position"];

    private readonly MLContext _ml = new(1);

    public static TheoryData<string> Pipelines => new("raw", "min-max", "min-max from 0", "mean-variance", "robust", "twice", "before concatenation", "copied", "replaced", "nested");

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Epsilon_means_what_the_raw_column_means(string pipeline)
    {
        IDataView rows = RawRow.View(_ml);
        ITransformer model = Fit(pipeline, rows);
        var options = new RobustnessOptions { Epsilons = [Epsilon], Attacks = [Attack.Pgd(), Attack.Fgsm(AttackNorm.L2)] };

        RobustnessMetrics metrics = _ml.BinaryClassification.EvaluateRobustness(model, rows, options);

        double[] weights = RawWeights(model);
        Assert.Equal(Standing(model, Epsilon * weights.Sum(Math.Abs)), metrics.AccuracyUnder(options.Attacks[0], Epsilon), 0.0051);
        Assert.Equal(Standing(model, Epsilon * Norm(weights)), metrics.AccuracyUnder(options.Attacks[1], Epsilon), 0.0051);
        Assert.InRange(metrics.AccuracyUnder(options.Attacks[0], Epsilon), 0.05, metrics.CleanAccuracy - 0.05);
        Assert.Equal(400, metrics.Rows);
        Assert.Equal(metrics.CleanAccuracy, _ml.BinaryClassification.Evaluate(model.Transform(rows), "Positive").Accuracy, 1e-9);
        Assert.Equal(Norm(weights), metrics.InputGradientBound!.Value, 2e-3 * Norm(weights));
        Assert.Equal(Norm(weights) * MeanError(model), metrics.MeanInputGradientNorm, 5e-3 * Norm(weights));
    }

    [Fact]
    public void A_named_column_is_attacked_alone_and_in_its_own_units()
    {
        IDataView rows = RawRow.View(_ml);
        ITransformer model = Fit("mean-variance", rows);
        Attack attack = Attack.Pgd();

        RobustnessMetrics metrics = _ml.BinaryClassification.EvaluateRobustness(model, rows, new RobustnessOptions { Epsilons = [10], Attacks = [attack], Columns = ["Age"] });

        Assert.Equal(["Age"], metrics.Columns);
        Assert.Equal(Standing(model, 10 * Math.Abs(RawWeights(model)[0])), metrics.AccuracyUnder(attack, 10), 0.0051);
        Assert.True(metrics.AccuracyUnder(attack, 10) < metrics.CleanAccuracy - 0.02);
    }

    [Fact]
    public void The_feature_column_by_name_means_the_features_as_the_net_gets_them()
    {
        IDataView rows = RawRow.View(_ml);
        ITransformer model = Fit("min-max", rows);
        Attack attack = Attack.Pgd();

        RobustnessMetrics normalized = _ml.BinaryClassification.EvaluateRobustness(model, rows, new RobustnessOptions { Epsilons = [0.05], Attacks = [attack], Columns = ["Features"] });
        ITransformer[] stages = [.. (IEnumerable<ITransformer>)model];
        IDataView transformed = stages[..^1].SelectMany(stage => stage as IEnumerable<ITransformer> ?? [stage]).Aggregate(rows, (view, stage) => stage.Transform(view));
        RobustnessMetrics alone = _ml.BinaryClassification.EvaluateRobustness(stages[^1], transformed, new RobustnessOptions { Epsilons = [0.05], Attacks = [attack] });

        Assert.Equal(["Features"], normalized.Columns);
        Assert.Equal(alone.Results, normalized.Results);
        Assert.Equal(alone.MeanInputGradientNorm, normalized.MeanInputGradientNorm);
        Assert.InRange(normalized.Results[0].Accuracy, 0.05, normalized.CleanAccuracy - 0.05);
    }

    [Fact]
    public void Bounds_are_in_the_units_of_the_column_whichever_way_the_normaliser_turns_it()
    {
        IDataView rows = RawRow.View(_ml);
        ITransformer model = Fit("mean-variance", rows);
        Attack attack = Attack.Pgd();

        double Accuracy(double? lower, double? upper) => _ml.BinaryClassification.EvaluateRobustness(
            model, rows, new RobustnessOptions { Epsilons = [1000], Attacks = [attack], Columns = ["Age"], LowerBound = lower, UpperBound = upper }).AccuracyUnder(attack, 1000);

        Assert.Equal(0, Accuracy(null, null), 0.0051);
        double[] weights = RawWeights(model);
        Assert.Equal(StandingWithAgeWithin(model, weights[0], 40, 50), Accuracy(40, 50), 0.0051);
        Assert.Equal(StandingWithAgeWithin(model, weights[0], 40, 1e6), Accuracy(40, null), 0.0051);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loaded_multiclass_pipeline_gives_the_same_numbers(bool layerNorm)
    {
        IDataView rows = RawRow.View(_ml);
        IEstimator<ITransformer> features = Features(_ml, "mean-variance");
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label", "Class").Append(features)
            .Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
            {
                Architecture = Architecture.Mlp([16], normalization: layerNorm ? Normalization.Layer : Normalization.Batch),
                Epochs = 10,
                Seed = 1,
            }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(rows);
        using var file = new MemoryStream();
        _ml.Model.Save(model, rows.Schema, file);
        file.Position = 0;
        var options = new RobustnessOptions { Epsilons = [0.3, 0.1, 0.1] };

        RobustnessMetrics fitted = _ml.MulticlassClassification.EvaluateRobustness(model, rows, options);
        RobustnessMetrics loaded = _ml.MulticlassClassification.EvaluateRobustness(new MLContext().Model.Load(file, out _), rows, options);

        Assert.Equal(fitted.Results, loaded.Results);
        Assert.Equal([0.1, 0.3, 0.1, 0.3, 0.1, 0.3], fitted.Results.Select(result => result.Epsilon));
        Assert.Equal(Parts, fitted.Columns);
        Assert.True(fitted.CleanAccuracy > 0.7);
        Assert.Equal(layerNorm, fitted.InputGradientBound is null);
        Assert.True(fitted.InputGradientBound is not { } bound || fitted.MeanInputGradientNorm < bound);
    }

    [Fact]
    public void Progress_comes_after_every_batch_and_rows_can_be_limited()
    {
        IDataView rows = RawRow.View(_ml);
        ITransformer model = Fit("raw", rows);
        var seen = new List<RobustnessProgress>();
        var options = new RobustnessOptions { BatchSize = 60, MaxRows = 150, Progress = new Collector(seen.Add) };

        RobustnessMetrics metrics = _ml.BinaryClassification.EvaluateRobustness(model, rows, options);

        Assert.Equal([60L, 120, 150], seen.Select(progress => progress.RowsDone));
        Assert.All(seen, progress => Assert.Equal(150, progress.Rows));
        Assert.Equal(150, metrics.Rows);
    }

    private ITransformer Fit(string pipeline, IDataView rows) => Features(_ml, pipeline).Append(_ml.BinaryClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
    {
        LabelColumnName = "Positive",
        Architecture = Architecture.Mlp([]),
        Epochs = 15,
        Seed = 1,
        LearningRate = 0.02,
        Optimizer = Optimizer.Adam(),
    })).Fit(rows);

    internal static IEstimator<ITransformer> Features(MLContext ml, string pipeline)
    {
        IEstimator<ITransformer> raw = ml.Transforms.Conversion.ConvertType([new InputOutputColumnPair("IncomeSingle", "Income"), new InputOutputColumnPair("RoomsSingle", "Rooms")])
            .Append(ml.Transforms.Concatenate("Features", "Age", "IncomeSingle", "RoomsSingle", "Position"));
        return pipeline switch
        {
            "raw" => raw,
            "min-max" => raw.Append(ml.Transforms.NormalizeMinMax("Features", fixZero: false)),
            "min-max from 0" => raw.Append(ml.Transforms.NormalizeMinMax("Features")),
            "mean-variance" => raw.Append(ml.Transforms.NormalizeMeanVariance("Features", fixZero: false)),
            "robust" => raw.Append(ml.Transforms.NormalizeRobustScaling("Features")),
            "twice" => raw.Append(ml.Transforms.NormalizeMinMax("Features", fixZero: false)).Append(ml.Transforms.NormalizeMeanVariance("Features", fixZero: false)),
            "before concatenation" => ml.Transforms.NormalizeMinMax("IncomeNormal", "Income").Append(ml.Transforms.Conversion.ConvertType("IncomeSingle", "IncomeNormal"))
                .Append(ml.Transforms.Conversion.ConvertType("RoomsSingle", "Rooms")).Append(ml.Transforms.NormalizeMeanVariance("Age", fixZero: false))
                .Append(ml.Transforms.Concatenate("Features", "Age", "IncomeSingle", "RoomsSingle", "Position")),
            "copied" => raw.Append(ml.Transforms.CopyColumns("Raw", "Features")).Append(ml.Transforms.NormalizeMinMax("Features", "Raw")).Append(ml.Transforms.DropColumns("Raw")),
            "replaced" => raw.Append(ml.Transforms.ReplaceMissingValues("Features")).Append(ml.Transforms.NormalizeMeanVariance("Features")),
            _ => raw.AppendCacheCheckpoint(ml).Append(new EstimatorChain<ITransformer>().Append(ml.Transforms.NormalizeMinMax("Features")).Append(ml.Transforms.Text.FeaturizeText("CityFeatures", "City"))),
        };
    }

    // The score's change per unit of Age, Income, Rooms and the two of Position, measured through the pipeline.
    private double[] RawWeights(ITransformer model)
    {
        RawRow Middle() => new() { Age = 45, Income = 3000, Rooms = 4, City = "Rome" };
        (double Change, Action<RawRow> Move)[] moves =
        [
            (8, row => row.Age += 8), (512, row => row.Income += 512), (2, row => row.Rooms += 2), (0.5, row => row.Position[0] += 0.5f), (0.5, row => row.Position[1] += 0.5f),
        ];
        RawRow[] rows = [Middle(), .. moves.Select(move =>
        {
            RawRow row = Middle();
            move.Move(row);
            return row;
        })];
        float[] scores = [.. model.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("Score")];
        return [.. moves.Select((move, i) => (scores[i + 1] - scores[0]) / move.Change)];
    }

    private double Standing(ITransformer model, double reach) => Margins(model).Average(margin => margin > reach ? 1.0 : 0);

    private double StandingWithAgeWithin(ITransformer model, double weight, double lower, double upper) => Margins(model).Zip(RawRow.Make(400), (margin, row) =>
    {
        double sign = row.Positive ? 1 : -1;
        double least = Math.Min(0, Math.Min((Math.Min(lower, row.Age) - row.Age) * weight * sign, (Math.Max(upper, row.Age) - row.Age) * weight * sign));
        return margin + least > 0 ? 1.0 : 0;
    }).Average();

    private double MeanError(ITransformer model) => Margins(model).Average(margin => 1 / (1 + Math.Exp(margin)));

    private double[] Margins(ITransformer model) =>
        [.. model.Transform(RawRow.View(_ml)).GetColumn<float>("Score").Zip(RawRow.Make(400), (score, row) => row.Positive ? (double)score : -score)];

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    private sealed class Collector(Action<RobustnessProgress> take) : IProgress<RobustnessProgress>
    {
        public void Report(RobustnessProgress value) => take(value);
    }
}
