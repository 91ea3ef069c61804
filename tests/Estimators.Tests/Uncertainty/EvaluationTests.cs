using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Uncertainty;

public sealed class EvaluationTests
{
    private static readonly MLContext Ml = new(1);

    [Fact]
    public void Rows_of_any_model_are_measured()
    {
        IDataView rows = TaskKind.Multiclass.Prepared(Ml, ToyRow.View(Ml, 400));
        ITransformer linear = Ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(rows);

        MulticlassUncertaintyMetrics metrics = Ml.MulticlassClassification.EvaluateUncertainty(linear.Transform(rows));

        MulticlassClassificationMetrics theirs = Ml.MulticlassClassification.Evaluate(linear.Transform(rows));
        Assert.Equal(theirs.MicroAccuracy, metrics.Accuracy, 1e-9);
        Assert.Equal(theirs.LogLoss, metrics.NegativeLogLikelihood, 1e-5);
        Assert.Equal(400, metrics.Rows);
    }

    [Fact]
    public void Binary_and_regression_rows_are_measured()
    {
        BinaryUncertaintyMetrics binary = Ml.BinaryClassification.EvaluateUncertainty(Ml.Data.LoadFromEnumerable(
            new[] { new Row { Yes = true, Probability = .9f }, new Row { Yes = false, Probability = .2f } }), nameof(Row.Yes));
        RegressionUncertaintyMetrics regression = Ml.Regression.EvaluateUncertainty(Ml.Data.LoadFromEnumerable(
            new[] { new Row { Number = 1, Mean = 2, Deviation = 1 }, new Row { Number = 5, Mean = 5, Deviation = 2 } }), nameof(Row.Number), nameof(Row.Mean), nameof(Row.Deviation), .9);

        Assert.Equal(1, binary.Accuracy);
        Assert.Equal(((.1 * .1) + (.2 * .2)) / 2, binary.BrierScore, 1e-6);
        Assert.Equal(Math.Sqrt(.5), regression.RootMeanSquaredError, 1e-6);
        Assert.Equal(1, regression.IntervalCoverage);
        Assert.Equal(1.6448536 * 3, regression.MeanIntervalWidth, 1e-5);
    }

    [Theory]
    [InlineData(2, -1, "no probabilities")]
    [InlineData(.5f, .2f, "sums to 0.7")]
    [InlineData(float.NaN, .5f, "NaN")]
    [InlineData(float.PositiveInfinity, .5f, "row 0")]
    public void What_is_no_probability_is_refused_with_column_and_cure(float first, float second, string part)
    {
        var e = Assert.Throws<ArgumentException>(() => Ml.MulticlassClassification.EvaluateUncertainty(Scored((0, [first, second]))));

        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Contains("'Score'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_do_not_fit_are_named()
    {
        IDataView rows = Scored((0, [.5f, .5f]));

        Assert.Contains("'Label'", Message(() => Ml.MulticlassClassification.EvaluateUncertainty(rows, scoreColumnName: "Nothing")), StringComparison.Ordinal);
        Assert.Contains("expected a key", Message(() => Ml.MulticlassClassification.EvaluateUncertainty(rows, labelColumnName: "Score")), StringComparison.Ordinal);
        Assert.Contains("BinaryClassification.EvaluateUncertainty", Message(() => Ml.MulticlassClassification.EvaluateUncertainty(rows, scoreColumnName: "Label")), StringComparison.Ordinal);
        Assert.Contains("bins", Message(() => Ml.MulticlassClassification.EvaluateUncertainty(rows, bins: 0)), StringComparison.Ordinal);
        Assert.Contains("no rows", Message(() => Ml.MulticlassClassification.EvaluateUncertainty(Scored())), StringComparison.Ordinal);
        Assert.Contains("Platt", Message(() => Ml.BinaryClassification.EvaluateUncertainty(Ml.Data.LoadFromEnumerable([new Row { Probability = 3 }]), nameof(Row.Yes))), StringComparison.Ordinal);
        Assert.Contains("above 0", Message(() => Ml.Regression.EvaluateUncertainty(Ml.Data.LoadFromEnumerable([new Row()]), nameof(Row.Number), nameof(Row.Mean), nameof(Row.Deviation))), StringComparison.Ordinal);

        static string Message(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
    }

    [Fact]
    public void Rows_without_a_label_are_left_out_and_counted()
    {
        MulticlassUncertaintyMetrics metrics = Ml.MulticlassClassification.EvaluateUncertainty(Scored((0, [.9f, .1f]), (5, [.5f, .5f])));

        Assert.Equal((1, 1), (metrics.Rows, metrics.SkippedRows));
    }

    [Fact]
    public void Strangers_are_told_from_known_rows_by_entropy_or_by_a_column()
    {
        IDataView known = Scored((0, [.99f, .01f]), (1, [.2f, .8f])), strangers = Scored((0, [.5f, .5f]), (0, [.75f, .25f]));

        OutOfDistributionMetrics byEntropy = Ml.MulticlassClassification.EvaluateOutOfDistribution(known, strangers);
        OutOfDistributionMetrics byColumn = Ml.MulticlassClassification.EvaluateOutOfDistribution(known, strangers, uncertaintyColumnName: "Doubt");

        Assert.Equal(1, byEntropy.Auroc);
        Assert.Equal(1, byColumn.AveragePrecisionOut);
    }

    [Fact]
    public void Sets_that_are_empty_or_share_rows_are_refused()
    {
        IDataView known = Scored((0, [.99f, .01f])), strangers = Scored((0, [.5f, .5f]));

        Assert.Contains("the same data set", Message(known, known), StringComparison.Ordinal);
        Assert.Contains("scoredOut", Message(known, Scored()), StringComparison.Ordinal);
        Assert.Contains("scoredIn", Message(Scored(), strangers), StringComparison.Ordinal);
        Assert.Contains("1 rows of scoredOut", Message(known, Scored((0, [.99f, .01f]))), StringComparison.Ordinal);

        static string Message(IDataView a, IDataView b) => Assert.Throws<ArgumentException>(() => Ml.MulticlassClassification.EvaluateOutOfDistribution(a, b)).Message;
    }

    // The features are the scores, so that rows can be shared.
    private static IDataView Scored(params (uint Label, float[] Score)[] rows) => Ml.Data.LoadFromEnumerable(rows.Select(row => new ScoredClass
    {
        Label = row.Label,
        Score = row.Score,
        Features = row.Score,
        Doubt = 1 - row.Score.Max(),
    }));

    private sealed class ScoredClass
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Doubt { get; set; }
    }

    private sealed class Row
    {
        public bool Yes { get; set; }

        public float Probability { get; set; }

        public float Number { get; set; }

        public float Mean { get; set; }

        public float Deviation { get; set; }
    }
}
