using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.ModelFile;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Nested;

public sealed class NestedTransformerTests
{
    private const int Rows = 300;
    private static readonly MLContext Ml = new(1);

    public static TheoryData<string> Kinds => new(Enum.GetNames<NetTask>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_view_of_a_width_scores_as_the_extracted_net_does(string task)
    {
        BayesianNestedTransformer model = NestedModels.Create(Enum.Parse<NetTask>(task));
        var source = new TestView(Rows, TestColumn.Features());
        foreach (double width in model.Model.Widths)
        {
            NeuralNetworkTransformer small = model.Extract(width);
            float[] expected = Scores(small.Transform(source)), actual = Scores(model.WithWidth(width).Transform(source));
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 1e-5f * (1 + Math.Abs(expected[i])));
            Assert.True(small.Model.ParameterCount < model.Model.ParameterCount);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_score_the_same_alone_in_a_batch_and_backwards(string task)
    {
        BayesianNestedTransformer model = NestedModels.Create(Enum.Parse<NetTask>(task)).WithWidth(.5).WithSamples(4).WithUncertainty();
        var source = new TestView(Rows, TestColumn.Features());
        string column = NestedScores(task)[0];
        float[] together = [.. model.Transform(source).GetColumn<float>(column)];
        PredictionEngine<FeatureRow, AllScores> engine = Ml.Model.CreatePredictionEngine<FeatureRow, AllScores>(model, ignoreMissingColumns: true);

        for (int row = Rows - 1; row >= 0; row--)
        {
            AllScores alone = engine.Predict(new FeatureRow { Features = TestColumn.FeaturesOf(row) });
            Assert.Equal(together[row], task == nameof(NetTask.Regression) ? alone.TotalDeviation : alone.PredictiveEntropy);
        }
    }

    [Fact]
    public void The_entropies_of_draws_add_up_and_the_score_is_their_mean()
    {
        BayesianNestedTransformer model = NestedModels.Create(NetTask.Multiclass).WithSamples(8).WithUncertainty();
        var source = new TestView(Rows, TestColumn.Features());
        IDataView scored = model.Transform(source);
        float[] predictive = [.. scored.GetColumn<float>("PredictiveEntropy")], expected = [.. scored.GetColumn<float>("ExpectedEntropy")], information = [.. scored.GetColumn<float>("MutualInformation")];
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        for (int row = 0; row < Rows; row++)
        {
            Assert.Equal(1, scores[row].Sum(), 1e-5f);
            Assert.Equal(-scores[row].Sum(p => p * MathF.Log(p)), predictive[row], 1e-4f);
            Assert.Equal(predictive[row] - expected[row], information[row], 1e-5f);
            Assert.True(information[row] >= 0);
        }

        Assert.Contains(information, value => value > .001f);
        Assert.All(model.WithWeightNoise(false).Transform(source).GetColumn<float>("MutualInformation"), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_regression_adds_deviations_and_intervals()
    {
        BayesianNestedTransformer model = NestedModels.Create(NetTask.Regression).WithSamples(6).WithUncertainty(.5);
        IDataView scored = model.Transform(new TestView(Rows, TestColumn.Features()));
        float[] score = Column("Score"), total = Column("TotalDeviation"), epistemic = Column("EpistemicDeviation"), noise = Column("NoiseDeviation");
        float[] lower = Column("IntervalLower"), upper = Column("IntervalUpper");
        for (int row = 0; row < Rows; row++)
        {
            Assert.Equal(Math.Sqrt((epistemic[row] * epistemic[row]) + (noise[row] * noise[row])), total[row], 1e-3 * total[row]);
            Assert.Equal(.6744898 * total[row], (upper[row] - lower[row]) / 2, 1e-3 * total[row]);
            Assert.Equal(score[row], (upper[row] + lower[row]) / 2, 1e-3 * (1 + Math.Abs(score[row])));
            Assert.True(epistemic[row] >= 0 && noise[row] > 0);
        }

        Assert.True(epistemic.Count(deviation => deviation > 0) > Rows * 9 / 10); // a row that switches all units off has one answer

        float[] Column(string name) => [.. scored.GetColumn<float>(name)];
    }

    [Fact]
    public void Columns_of_uncertainty_are_there_only_when_they_are_asked_for()
    {
        BayesianNestedTransformer model = NestedModels.Create(NetTask.Multiclass);
        var source = new TestView(3, TestColumn.Features());

        Assert.Equal(["PredictedLabel", "Score"], Added(model));
        Assert.Equal(["PredictedLabel", "Score", "PredictiveEntropy", "ExpectedEntropy", "MutualInformation"], Added(model.WithUncertainty()));
        Assert.Equal(["PredictedLabel", "Score"], Added(model.WithUncertainty().WithoutUncertainty()));
        Assert.Equal(["PredictedLabel", "Score", "WidthUsed"], Added(model.AdaptiveWidth(.25, .5)));

        IEnumerable<string> Added(BayesianNestedTransformer view) => view.GetOutputSchema(source.Schema).Skip(source.Schema.Count).Select(column => column.Name);
    }

    [Fact]
    public void An_adaptive_view_keeps_sure_rows_narrow()
    {
        BayesianNestedTransformer model = NestedModels.Create(NetTask.Multiclass);
        var source = new TestView(Rows, TestColumn.Features());
        float[][] narrow = [.. model.WithWidth(.25).Transform(source).GetColumn<float[]>("Score")], wide = [.. model.Transform(source).GetColumn<float[]>("Score")];
        IDataView scored = model.AdaptiveWidth(.25, .6).Transform(source);
        float[][] adaptive = [.. scored.GetColumn<float[]>("Score")];
        float[] used = [.. scored.GetColumn<float>("WidthUsed")];
        for (int row = 0; row < Rows; row++)
        {
            bool sure = narrow[row].Max() >= .6f;
            Assert.Equal(sure ? .25f : 1, used[row]);
            Assert.Equal(sure ? narrow[row] : wide[row], adaptive[row]);
        }

        Assert.Equal(2, used.Distinct().Count());
        Assert.All(model.AdaptiveWidth(.25, 0).Transform(source).GetColumn<float>("WidthUsed"), width => Assert.Equal(.25f, width));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_prediction_with_draws_and_all_columns_allocates_nothing(string task)
    {
        BayesianNestedTransformer model = NestedModels.Create(Enum.Parse<NetTask>(task)).WithSamples(8).WithUncertainty();
        PredictionEngine<FeatureRow, AllScores> engine = Ml.Model.CreatePredictionEngine<FeatureRow, AllScores>(model, ignoreMissingColumns: true);
        var row = new FeatureRow { Features = TestColumn.FeaturesOf(1) };
        var answer = new AllScores();
        for (int i = 0; i < 100; i++)
            engine.Predict(row, ref answer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5000; i++)
            engine.Predict(row, ref answer);

        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 5000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_loaded_model_scores_the_same_bits_and_takes_other_views(string task)
    {
        BayesianNestedTransformer model = NestedModels.Create(Enum.Parse<NetTask>(task)).WithWidth(.5).WithSamples(3).WithUncertainty();
        var source = new TestView(Rows, TestColumn.Features());
        using var stream = new MemoryStream();
        Ml.Model.Save(model, source.Schema, stream);
        stream.Position = 0;

        var loaded = (BayesianNestedTransformer)Ml.Model.Load(stream, out _);

        Assert.Equal(model.Transform(source).ScoreBits(), loaded.Transform(source).ScoreBits());
        Assert.Equal(model.Model.View, loaded.Model.View);
        Assert.Equal(model.WithWidth(.25).Transform(source).ScoreBits(), loaded.WithWidth(.25).Transform(source).ScoreBits());
        Assert.Equal(model.Extract(.75).Transform(source).ScoreBits(), loaded.Extract(.75).Transform(source).ScoreBits());
    }

    [Fact]
    public void Another_process_loads_it_and_scores_the_same_bits_without_libtorch()
    {
        BayesianNestedTransformer model = NestedModels.Create(NetTask.Multiclass).WithWidth(.5).WithSamples(4);
        var source = new TestView(50, TestColumn.Features());
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-");
        try
        {
            string file = Path.Combine(folder.FullName, "model.zip"), csv = Path.Combine(folder.FullName, "rows.csv");
            Ml.Model.Save(model, source.Schema, file);
            File.WriteAllLines(csv, Enumerable.Range(0, 50).Select(row => string.Join(',', TestColumn.FeaturesOf(row).Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));
            string[] lines = ChildProcessTests.Run(file, csv, Nets.Inputs.ToString(CultureInfo.InvariantCulture));

            Assert.Equal("libtorch: none", lines[^1]);
            Assert.Equal(
                model.Transform(source).ScoreBits(),
                lines[..^1].SelectMany(line => line.Split(' ')).Select(bits => (int)uint.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Views_that_cannot_be_are_refused_with_what_can()
    {
        BayesianNestedTransformer model = NestedModels.Create(NetTask.Multiclass);

        Assert.Contains("0.25 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => model.WithWidth(.1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Extract(0));
        Assert.Contains("8 is a good number", Assert.Throws<ArgumentOutOfRangeException>(() => model.WithSamples(0)).Message, StringComparison.Ordinal);
        Assert.Contains("0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => model.AdaptiveWidth(.25, 1.5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.AdaptiveWidth(.25, double.NaN));
        Assert.Contains("below start", Assert.Throws<ArgumentOutOfRangeException>(() => model.AdaptiveWidth(.5, .5, max: .25)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.WithUncertainty(1));
        Assert.Contains("WithSamples(8)", Assert.Throws<InvalidOperationException>(() => NestedModels.Create(NetTask.Regression).AdaptiveWidth(.25, 1)).Message, StringComparison.Ordinal);
        var one = new NestedSettings { Groups = 1, Floor = 1, Ordering = NestedOrdering.None };
        Assert.Contains("full width only", Assert.Throws<ArgumentOutOfRangeException>(() => NestedModels.Create(NetTask.Multiclass, settings: one).WithWidth(.4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Narrow_widths_cost_less_and_their_probabilities_sum_to_one()
    {
        BayesianNestedModel model = NestedModels.Create(NetTask.Multiclass).Model;

        Assert.All(model.Widths.Zip(model.Widths.Skip(1)), pair =>
        {
            Assert.True(model.MultiplyAddsAt(pair.First) < model.MultiplyAddsAt(pair.Second));
            Assert.True(model.ParametersAt(pair.First) < model.ParametersAt(pair.Second));
        });
        Assert.Equal(1, model.WidthProbabilities(0).Sum(), 12);
        Assert.Equal((4 * 12) + (12 * 9) + (9 * 3), model.MultiplyAddsAt(1));
    }

    private static string[] NestedScores(string task) => MLExtensions.Transforms.Scoring.NestedScoreColumns.NamesOf(Enum.Parse<NetTask>(task));

    private static float[] Scores(IDataView scored) => scored.Schema["Score"].Type is VectorDataViewType
        ? [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)]
        : [.. scored.GetColumn<float>("Score")];

    private sealed class AllScores
    {
        public float PredictiveEntropy { get; set; }

        public float ExpectedEntropy { get; set; }

        public float MutualInformation { get; set; }

        public float TotalDeviation { get; set; }

        public float EpistemicDeviation { get; set; }

        public float NoiseDeviation { get; set; }

        public float IntervalLower { get; set; }

        public float IntervalUpper { get; set; }
    }
}
