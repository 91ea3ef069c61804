using Microsoft.ML;

namespace MLExtensions.Estimators.Tests.Robustness;

/// <summary>What cannot be evaluated says why, where, and what to do.</summary>
public sealed class RobustnessErrorTests
{
    private readonly MLContext _ml = new(1);

    public static TheoryData<string, string> Obstacles => new()
    {
        { "one-hot", "OneHotEncodingTransformer, which makes column 'Extra'" },
        { "text", "TextFeaturizingEstimator.Transformer, which makes column 'Extra'" },
        { "binning", "not affine (binning, log-mean-variance) makes column 'Extra' of 'Age'" },
        { "key", "KeyToVectorMappingTransformer, which makes column 'Extra'" },
        { "boolean", "TypeConvertingTransformer, which makes column 'Extra'" },
        { "custom", "CustomMappingTransformer" },
        { "length", "LpNormNormalizingTransformer, which makes column 'Features'" },
    };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void A_stage_that_has_no_gradient_is_named_with_its_column_and_the_way_out(string kind, string expected)
    {
        IDataView rows = RawRow.View(_ml, 200);
        ITransformer model = FitWith(kind, rows);

        var error = Assert.Throws<InvalidOperationException>(() => Evaluate(model, rows, new RobustnessOptions()));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("Name in RobustnessOptions.Columns", error.Message, StringComparison.Ordinal);
        string[] way = [kind == "length" ? "Features" : "Position"];
        Assert.Equal(way, Evaluate(model, rows, new RobustnessOptions { Columns = way, Attacks = [Attack.Fgsm()] }).Columns);
    }

    [Fact]
    public void A_named_column_behind_such_a_stage_and_one_that_is_not_there_are_named()
    {
        IDataView rows = RawRow.View(_ml, 200);
        ITransformer model = FitWith("one-hot", rows);

        var error = Assert.Throws<InvalidOperationException>(() => Evaluate(model, rows, new RobustnessOptions { Columns = ["Position", "City", "Heigth"] }));

        Assert.Contains("Column 'City', 'Heigth'", error.Message, StringComparison.Ordinal);
        Assert.Contains("OneHotEncodingTransformer", error.Message, StringComparison.Ordinal);
        Assert.Contains("'Age', 'Income'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_enters_the_features_twice_is_refused()
    {
        IDataView rows = RawRow.View(_ml, 200);
        ITransformer model = Append(_ml.Transforms.NormalizeMinMax("Scaled", "Age").Append(_ml.Transforms.Concatenate("Features", "Age", "Scaled"))).Fit(rows);

        var error = Assert.Throws<InvalidOperationException>(() => Evaluate(model, rows, new RobustnessOptions()));

        Assert.Contains("Column 'Age' reaches the net's features more than once", error.Message, StringComparison.Ordinal);
        Assert.Equal(["Features"], Evaluate(model, rows, new RobustnessOptions { Columns = ["Features"] }).Columns);
    }

    [Fact]
    public void A_model_of_another_task_or_without_a_net_is_refused()
    {
        IDataView rows = ToyRow.View(_ml, 200);
        ITransformer regression = TaskKind.Regression.Pipeline(_ml).Fit(rows);
        ITransformer multiclass = TaskKind.Multiclass.Pipeline(_ml).Fit(rows);
        ITransformer none = _ml.Transforms.NormalizeMinMax("Features").Fit(rows);

        Assert.Contains("predicts a number", Refusal(regression), StringComparison.Ordinal);
        Assert.Contains("use mlContext.MulticlassClassification.EvaluateRobustness", Refusal(multiclass), StringComparison.Ordinal);
        Assert.Contains("no neural net", Refusal(none), StringComparison.Ordinal);
        Assert.Contains("NormalizingTransformer", Refusal(none), StringComparison.Ordinal);

        string Refusal(ITransformer model) => Assert.Throws<ArgumentException>(() => Evaluate(model, rows, null)).Message;
    }

    [Fact]
    public void All_faults_of_the_options_come_in_one_message()
    {
        IDataView rows = ToyRow.View(_ml, 200);
        ITransformer model = TaskKind.Binary.Pipeline(_ml).Fit(rows);
        var options = new RobustnessOptions
        {
            Epsilons = [-0.1, double.NaN],
            Attacks = [Attack.Pgd(steps: 0)],
            Columns = [""],
            LowerBound = 1,
            UpperBound = 0,
            LabelColumnName = " ",
            MaxRows = 0,
            BatchSize = 0,
            Threads = ThreadPolicy.Measure,
            GpuDeviceId = -1,
        };

        var error = Assert.Throws<ArgumentException>(() => Evaluate(model, rows, options));

        foreach (string part in new[]
                 {
                     "has 10 faults", "Epsilons holds -0.1", "Epsilons holds NaN", "steps is 0", "Columns is empty", "LowerBound is 1 and UpperBound is 0", "LabelColumnName is blank",
                     "MaxRows is 0", "BatchSize is 0", "Threads is ThreadPolicy.Measure", "GpuDeviceId is -1",
                 })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        options = new RobustnessOptions { Epsilons = [], Attacks = [], LowerBound = double.NaN, Threads = null! };
        Assert.Contains("has 4 faults", Assert.Throws<ArgumentException>(() => Evaluate(model, rows, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_rows_no_labels_and_other_columns_are_named()
    {
        IDataView rows = ToyRow.View(_ml, 200);
        ITransformer model = TaskKind.Binary.Pipeline(_ml).Fit(rows);

        Assert.Contains("no row with a label in column 'Positive'", Assert.Throws<InvalidOperationException>(() => Evaluate(model, ToyRow.View(_ml, 0), null)).Message, StringComparison.Ordinal);
        Assert.Contains("Label column 'Answer' not found", Assert.Throws<ArgumentOutOfRangeException>(
            () => Evaluate(model, rows, new RobustnessOptions { LabelColumnName = "Answer" })).Message, StringComparison.Ordinal);
        Assert.Contains("expected Boolean", Assert.Throws<ArgumentOutOfRangeException>(
            () => Evaluate(model, rows, new RobustnessOptions { LabelColumnName = "Number" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_stops_it()
    {
        IDataView rows = ToyRow.View(_ml, 200);
        ITransformer model = TaskKind.Binary.Pipeline(_ml).Fit(rows);
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => Evaluate(model, rows, new RobustnessOptions { CancellationToken = source.Token }));
    }

    private RobustnessMetrics Evaluate(ITransformer model, IDataView rows, RobustnessOptions? options) => _ml.BinaryClassification.EvaluateRobustness(model, rows, options);

    private ITransformer FitWith(string kind, IDataView rows)
    {
        var both = _ml.Transforms.Concatenate("Features", "Extra", "Position");
        return kind switch
        {
            "one-hot" => Append(_ml.Transforms.Categorical.OneHotEncoding("Extra", "City").Append(both)).Fit(rows),
            "text" => Append(_ml.Transforms.Text.FeaturizeText("Extra", "City").Append(both)).Fit(rows),
            "binning" => Append(_ml.Transforms.NormalizeBinning("Extra", "Age").Append(both)).Fit(rows),
            "key" => Append(_ml.Transforms.Conversion.MapValueToKey("Key", "City").Append(_ml.Transforms.Conversion.MapKeyToVector("Extra", "Key")).Append(both)).Fit(rows),
            "boolean" => Append(_ml.Transforms.Conversion.ConvertType("Extra", "Positive").Append(both)).Fit(rows),
            "custom" => Append(_ml.Transforms.CustomMapping<AgeIn, ExtraOut>((from, to) => to.Extra = from.Age * from.Age, null).Append(both)).Fit(rows),
            _ => Append(_ml.Transforms.NormalizeLpNorm("Features", "Position")).Fit(rows),
        };
    }

    private IEstimator<ITransformer> Append(IEstimator<ITransformer> features) => features.Append(_ml.BinaryClassification.Trainers.NeuralNetwork(
        new NeuralNetworkOptions { LabelColumnName = "Positive", Architecture = Architecture.Mlp([4]), Epochs = 1, Seed = 1 }));

    public sealed class AgeIn
    {
        public float Age { get; set; }
    }

    public sealed class ExtraOut
    {
        public float Extra { get; set; }
    }
}
