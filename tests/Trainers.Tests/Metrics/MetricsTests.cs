using MLExtensions.Trainers.Metrics;

namespace MLExtensions.Trainers.Tests.Metrics;

public sealed class MetricsTests
{
    [Theory]
    [InlineData("multiclass_overconfident", true)]
    [InlineData("multiclass_calibrated", true)]
    [InlineData("multiclass_certain_zeros_and_ones", true)]
    [InlineData("multiclass_many_ties_and_edges", false)] // its bins depend on the rounding of edges
    public void Classification_metrics_are_the_golden_ones(string set, bool binned)
    {
        MulticlassUncertaintyMetrics metrics = MulticlassUncertaintyMetrics.Of(Rows(set), 15, 0);

        Golden.Equal(Golden.Value(set, "accuracy"), metrics.Accuracy);
        Golden.Equal(Golden.Value(set, "nll"), metrics.NegativeLogLikelihood);
        Golden.Equal(Golden.Value(set, "brier"), metrics.BrierScore);
        Golden.Equal(Golden.Value(set, "mean_entropy"), metrics.MeanEntropy);
        Golden.Equal(Golden.Value(set, "area_under_risk_coverage"), metrics.AreaUnderRiskCoverage);
        if (!binned)
            return;
        Golden.Equal(Golden.Value(set, "ece_15_equal_width"), metrics.ExpectedCalibrationError);
        Golden.Equal(Golden.Value(set, "mce_15_equal_width"), metrics.MaximumCalibrationError);
        Golden.Equal(Golden.Value(set, "ece_15_equal_mass"), metrics.ExpectedCalibrationErrorEqualMass);
    }

    [Theory]
    [InlineData("ood_continuous")]
    [InlineData("ood_many_ties")]
    public void Detection_metrics_are_the_golden_ones(string set)
    {
        double[][] table = Golden.Table(set);

        OutOfDistributionMetrics metrics = OutOfDistributionMetrics.Of(Scores(0), Scores(1));

        Golden.Equal(Golden.Value(set, "auroc"), metrics.Auroc);
        Golden.Equal(Golden.Value(set, "average_precision"), metrics.AveragePrecisionOut);
        Golden.Equal(Golden.Value(set, "average_precision_other_class"), metrics.AveragePrecisionIn);
        Golden.Equal(Golden.Value(set, "fpr_at_95_tpr"), metrics.FalsePositiveRateAt95);

        double[] Scores(int positive) => [.. table.Where(row => row[0] == positive).Select(row => row[1])];
    }

    [Fact]
    public void Regression_metrics_are_the_golden_ones()
    {
        double[][] table = Golden.Table("regression_gaussian");
        var rows = new GaussianPredictions([.. table.Select(row => row[0])], [.. table.Select(row => row[1])], [.. table.Select(row => row[2])]);

        RegressionUncertaintyMetrics metrics = RegressionUncertaintyMetrics.Of(rows, 0.9);

        Golden.Equal(Golden.Value("regression_gaussian", "rmse"), metrics.RootMeanSquaredError);
        Golden.Equal(Golden.Value("regression_gaussian", "nll"), metrics.NegativeLogLikelihood);
        Golden.Equal(Golden.Value("regression_gaussian", "coverage_90"), metrics.IntervalCoverage);
        Golden.Equal(Golden.Value("regression_gaussian", "mean_width_90"), metrics.MeanIntervalWidth);
        Golden.Equal(Golden.Value("regression_gaussian", "interval_score_90"), metrics.IntervalScore);
        Golden.Equal(Golden.Value("regression_gaussian", "crps"), metrics.RankedProbabilityScore);
    }

    [Fact]
    public void The_decomposition_of_entropy_is_the_golden_one()
    {
        double[][] samples = Golden.Table("samples");
        double[][] expected = Golden.Table("samples_expected");
        for (int i = 0; i < samples.Length; i++)
        {
            (double predictive, double mean, double information) = Entropy.Decompose(samples[i], 5);
            Golden.Equal(expected[i][0], predictive);
            Golden.Equal(expected[i][1], mean);
            Golden.Equal(expected[i][2], information, 1e-9);
        }
    }

    [Fact]
    public void Two_samples_have_the_entropies_of_the_sheet()
    {
        (double predictive, double expected, double information) = Entropy.Decompose([.9, .1, .5, .5], 2);

        Assert.Equal(0.6108643, predictive, 7);
        Assert.Equal(0.5091151, expected, 7);
        Assert.Equal(0.1017492, information, 7);
    }

    [Fact]
    public void Temperature_scaling_finds_the_golden_temperature()
    {
        double[] logits = [.. Golden.Table("temperature_logits").SelectMany(row => row)];
        int[] labels = [.. Golden.Table("multiclass_overconfident").Select(row => (int)row[0])];

        double temperature = TemperatureScaling.Fit(logits, labels, 10);

        Golden.Equal(Golden.Value("temperature", "temperature"), temperature, 1e-6);
        Golden.Equal(Golden.Value("temperature", "nll_before"), TemperatureScaling.NegativeLogLikelihood(logits, labels, 10, 1));
        Golden.Equal(Golden.Value("temperature", "nll_after"), TemperatureScaling.NegativeLogLikelihood(logits, labels, 10, temperature));
    }

    [Fact]
    public void Calibration_error_of_four_rows_is_that_of_the_sheet()
    {
        double[] confidences = [.95, .9, .6, .55];
        var rows = new ClassProbabilities([0, 1, 0, 1], [.. confidences.SelectMany(c => new[] { c, 1 - c })], 2);

        Assert.Equal(0.275, CalibrationError.Mean(CalibrationError.EqualWidth(rows, 15)), 12);
    }

    [Fact]
    public void Calibration_error_is_measured_over_the_whole_set_on_mean_probabilities()
    {
        // The slips: the mean of the two halves' errors would be 0.5, and the softmax of mean logits another number than the mean probability.
        var rows = new ClassProbabilities([0, 0, 1, 1], [.55, .45, .55, .45, .55, .45, .55, .45], 2);
        Assert.Equal(0.05, CalibrationError.Mean(CalibrationError.EqualWidth(rows, 15)), 12);
        Assert.Equal(0.6254776, (Softmax(4, 0) + Softmax(0, 1)) / 2, 7);
        Assert.Equal(0.8175745, Softmax(2, 0.5), 7);

        static double Softmax(double a, double b) => 1 / (1 + Math.Exp(b - a));
    }

    [Fact]
    public void A_binary_brier_score_is_half_the_two_class_one()
    {
        BinaryUncertaintyMetrics metrics = BinaryUncertaintyMetrics.Of([true, false, true], [.9, .2, .4], 15);

        Assert.Equal(((.1 * .1) + (.2 * .2) + (.6 * .6)) / 3, metrics.BrierScore, 12);
        Assert.Equal(2 / 3.0, metrics.Accuracy, 12);
        Assert.Equal(1, metrics.AreaUnderRocCurve, 12);
    }

    [Fact]
    public void Quantiles_undo_the_distribution_function()
    {
        foreach (double p in new[] { 1e-6, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999 })
            Assert.Equal(p, NormalDistribution.Cumulative(NormalDistribution.Quantile(p)), 13);
        Assert.Equal(1.959963984540054, NormalDistribution.Quantile(0.975), 12);
    }

    private static ClassProbabilities Rows(string set)
    {
        double[][] table = Golden.Table(set);
        return new ClassProbabilities([.. table.Select(row => (int)row[0])], [.. table.SelectMany(row => row.Skip(1))], table[0].Length - 1);
    }
}
