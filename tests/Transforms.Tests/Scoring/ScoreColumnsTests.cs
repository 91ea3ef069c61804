using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Scoring;

/// <summary>Our score columns beside those of ML.NET's own trainers on the same data: what another stage can see of them is the same.</summary>
public sealed class ScoreColumnsTests
{
    private static readonly MLContext Ml = new(1);
    private static readonly string[] Colours = ["red", "green", "blue"];

    public static TheoryData<string> LabelTypes => ["text", "Single", "Double", "Int32", "Byte", "UInt64", "Boolean", "DateTime"];

    [Theory]
    [MemberData(nameof(LabelTypes))]
    public void Multiclass_columns_are_those_of_LbfgsMaximumEntropy(string labelType)
    {
        IDataView keyed = Keyed(labelType);
        ITransformer theirs = Ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
            new LbfgsMaximumEntropyMulticlassTrainer.Options { MaximumNumberOfIterations = 2, NumberOfThreads = 1 }).Fit(keyed);
        NeuralNetworkTransformer ours = Ours(NetTask.Multiclass, keyed);

        Assert.Equal(Added(theirs, keyed), Added(ours, keyed));
        Assert.Equal(Newest(theirs, theirs.Transform(keyed)), Newest(ours, theirs.Transform(keyed)));
        Assert.Equal(Newest(theirs, ours.Transform(keyed)), Newest(ours, ours.Transform(keyed)));
    }

    [Fact]
    public void Binary_columns_are_those_of_LbfgsLogisticRegression()
    {
        IDataView rows = Rows("Boolean");
        ITransformer theirs = Ml.BinaryClassification.Trainers.LbfgsLogisticRegression(
            new LbfgsLogisticRegressionBinaryTrainer.Options { MaximumNumberOfIterations = 2, NumberOfThreads = 1 }).Fit(rows);
        NeuralNetworkTransformer ours = Models.Create(NetTask.Binary);

        Assert.Equal(Added(theirs, rows), Added(ours, rows));
        Assert.Equal(Newest(theirs, theirs.Transform(rows)), Newest(ours, theirs.Transform(rows)));
    }

    [Fact]
    public void Regression_columns_are_those_of_Sdca()
    {
        IDataView rows = Rows("Single");
        ITransformer theirs = Ml.Regression.Trainers.Sdca(new SdcaRegressionTrainer.Options { MaximumNumberOfIterations = 2, NumberOfThreads = 1 }).Fit(rows);
        NeuralNetworkTransformer ours = Models.Create(NetTask.Regression);

        Assert.Equal(Added(theirs, rows), Added(ours, rows));
        Assert.Equal(Newest(theirs, theirs.Transform(rows)), Newest(ours, theirs.Transform(rows)));
    }

    [Fact]
    public void The_newest_set_of_score_columns_has_the_largest_id()
    {
        IDataView once = Models.Create(NetTask.Binary).Transform(Rows("Boolean"));
        IDataView twice = Models.Create(NetTask.Binary).Transform(once);

        Assert.Equal((1u, 2u), (SetId(once), SetId(twice)));
    }

    [Theory]
    [MemberData(nameof(LabelTypes))]
    public void A_predicted_key_of_any_label_type_maps_back_to_its_values(string labelType)
    {
        IDataView keyed = Keyed(labelType);
        IDataView mapped = Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Append(Ml.Transforms.Conversion.ConvertType("Back", "PredictedLabel", DataKind.String))
            .Append(Ml.Transforms.Conversion.ConvertType("Original", "Raw", DataKind.String)).Fit(Ours(NetTask.Multiclass, keyed).Transform(keyed))
            .Transform(Ours(NetTask.Multiclass, keyed).Transform(keyed));

        HashSet<string> originals = [.. mapped.GetColumn<string>("Original")];
        string[] back = [.. mapped.GetColumn<string>("Back")];
        Assert.All(back, value => Assert.Contains(value, originals));
        Assert.True(back.Distinct().Count() > 1, "The net predicts one class only, so the test would prove nothing.");
    }

    [Fact]
    public void The_confusion_matrix_shows_the_names_of_text_classes()
    {
        IDataView keyed = Keyed("text");
        MulticlassClassificationMetrics metrics = Ml.MulticlassClassification.Evaluate(Ours(NetTask.Multiclass, keyed).Transform(keyed));

        string table = metrics.ConfusionMatrix.GetFormattedConfusionTable();
        Assert.All(Colours, colour => Assert.Contains(colour, table));
        Assert.InRange(metrics.LogLoss, 0.01, 30);
    }

    [Fact]
    public void A_key_label_without_values_is_predicted_as_a_key_without_values()
    {
        var source = new TestView(60, TestColumn.Features(), TestColumn.Of("Label", new KeyDataViewType(typeof(uint), 3), row => (uint)(row % 3) + 1));
        NeuralNetworkTransformer ours = Ours(NetTask.Multiclass, source);
        IDataView scored = ours.Transform(source);

        Assert.Null(scored.Schema["PredictedLabel"].Annotations.Schema.GetColumnOrNull("KeyValues"));
        Assert.Equal("Key<UInt32, 0-2>", scored.Schema["PredictedLabel"].Type.ToString());
        Assert.InRange(Ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, 0, 1);
    }

    [Fact]
    public void Binary_and_regression_scores_can_be_evaluated()
    {
        Assert.InRange(Ml.BinaryClassification.Evaluate(Models.Create(NetTask.Binary).Transform(Rows("Boolean"))).AreaUnderRocCurve, 0, 1);
        Assert.InRange(Ml.Regression.Evaluate(Models.Create(NetTask.Regression).Transform(Rows("Single"))).RootMeanSquaredError, 0.1, 1000);
    }

    [Fact]
    public void The_three_binary_columns_agree_with_each_other()
    {
        IDataView scored = Models.Create(NetTask.Binary).Transform(Rows("Boolean"));
        float[] scores = [.. scored.GetColumn<float>("Score")];
        Assert.Contains(scores, score => score > 0);
        Assert.Contains(scores, score => score < 0);
        Assert.Equal(scores.Select(score => score > 0), scored.GetColumn<bool>("PredictedLabel"));
        Assert.Equal(
            scores.Select(score => 1 / (1 + Math.Exp(-score))), scored.GetColumn<float>("Probability").Select(p => (double)p), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Multiclass_scores_are_the_soft_max_of_the_logits_and_the_label_is_the_largest(int classes)
    {
        FittedNetwork net = Nets.Create(NetTask.Multiclass, classes: classes);
        var source = new TestView(20, TestColumn.Features());
        IDataView scored = Models.Create(net).Transform(source);
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        uint[] labels = [.. scored.GetColumn<uint>("PredictedLabel")];
        var logits = new float[classes];
        for (int row = 0; row < scores.Length; row++)
        {
            net.Scorer.Score(TestColumn.FeaturesOf(row), 1, logits);
            double sum = logits.Sum(z => Math.Exp(z));
            Assert.Equal(logits.Select(z => Math.Exp(z) / sum), scores[row].Select(p => (double)p), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(Array.IndexOf(logits, logits.Max()) + 1, (int)labels[row]);
        }
    }

    [Fact]
    public void Key_values_that_do_not_number_as_many_as_the_keys_are_not_taken_as_in_ML_NET()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, 2), (ref VBuffer<ReadOnlyMemory<char>> value) => value = new(2, ["a".AsMemory(), "b".AsMemory()]));
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Two", new KeyDataViewType(typeof(uint), 2), annotations.ToAnnotations());
        builder.AddColumn("Three", new KeyDataViewType(typeof(uint), 3), annotations.ToAnnotations());
        DataViewSchema schema = builder.ToSchema();

        Assert.Equal(["a", "b"], LabelValues.Of(schema["Two"])!.ToTexts());
        Assert.Null(LabelValues.Of(schema["Three"]));
    }

    [Fact]
    public void Columns_take_the_names_that_the_model_was_given()
    {
        var names = new ScoreColumnNames("F", "L", "P", "S", "Q");
        IDataView scored = Models.Create(NetTask.Binary, names: names).Transform(new TestView(3, TestColumn.Features("F")));

        Assert.Equal(["F", "P", "S", "Q"], scored.Schema.Select(column => column.Name));
    }

    private static NeuralNetworkTransformer Ours(NetTask task, IDataView keyed)
    {
        int classes = ((KeyDataViewType)keyed.Schema["Label"].Type).Count is var count and < int.MaxValue ? (int)count : 0;
        return Models.Create(Nets.Create(task, classes: classes), LabelValues.Of(keyed.Schema["Label"]));
    }

    private static string[] Added(ITransformer model, IDataView input) => ColumnText.Describe(model.Transform(input).Schema.Skip(input.Schema.Count));

    // ML.NET puts a column beside the one of the same name that it hides; what counts is which one the name finds.
    private static string[] Newest(ITransformer model, IDataView input)
    {
        DataViewSchema schema = model.Transform(input).Schema;
        return ColumnText.Describe(new[] { "PredictedLabel", "Score", "Probability" }.Where(name => schema.GetColumnOrNull(name) is not null).Select(name => schema[name]));
    }

    private static uint SetId(IDataView view)
    {
        uint id = 0;
        view.Schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref id);
        return id;
    }

    private static IDataView Keyed(string labelType) => Ml.Transforms.CopyColumns("Raw", "Label").Append(Ml.Transforms.Conversion.MapValueToKey("Label"))
        .Fit(Rows(labelType)).Transform(Rows(labelType));

    private static TestView Rows(string labelType)
    {
        int classes = labelType == "Boolean" ? 2 : 3;
        int Class(int row) => (int)(TestColumn.FeaturesOf(row).Sum() * 3 + 100) % classes;
        return new TestView(60, TestColumn.Features(), labelType switch
        {
            "text" => TestColumn.Of("Label", TextDataViewType.Instance, row => Colours[Class(row)].AsMemory()),
            "Single" => TestColumn.Of("Label", NumberDataViewType.Single, row => Class(row) + 0.1f),
            "Double" => TestColumn.Of("Label", NumberDataViewType.Double, row => Class(row) + 0.1),
            "Int32" => TestColumn.Of("Label", NumberDataViewType.Int32, row => Class(row) - 5),
            "Byte" => TestColumn.Of("Label", NumberDataViewType.Byte, row => (byte)(Class(row) + 5)),
            "UInt64" => TestColumn.Of("Label", NumberDataViewType.UInt64, row => ulong.MaxValue - (ulong)Class(row)),
            "Boolean" => TestColumn.Of("Label", BooleanDataViewType.Instance, row => Class(row) == 1),
            _ => TestColumn.Of("Label", DateTimeDataViewType.Instance, row => new DateTime(2024, 1, 1).AddDays(Class(row))),
        });
    }
}
