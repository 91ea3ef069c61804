using Microsoft.ML.Data;
using MLExtensions;
using MLExtensions.Estimators.Uncertainty;
using MLExtensions.Trainers.Metrics;

namespace Microsoft.ML;

/// <summary>Hangs the measures of uncertainty on ML.NET's catalogs. They take rows scored by any model.</summary>
public static class UncertaintyCatalog
{
    /// <summary>Measures how good the class probabilities of scored rows are: likelihood, calibration, ranking of errors.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scored">Scored rows.</param>
    /// <param name="labelColumnName">The label, a key; rows without one are left out.</param>
    /// <param name="scoreColumnName">The probability of every class, a vector of Single.</param>
    /// <param name="bins">Bins of the calibration errors, at least 1.</param>
    /// <exception cref="ArgumentException">A column is missing or holds no probabilities; the message names it and the cure.</exception>
    public static MulticlassUncertaintyMetrics EvaluateUncertainty(
        this MulticlassClassificationCatalog catalog, IDataView scored, string labelColumnName = "Label", string scoreColumnName = "Score", int bins = 15)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(scored);
        ScoredRows.CheckBins(bins);
        ClassProbabilities rows = ScoredClasses.Read(scored, labelColumnName, scoreColumnName, out int skipped);
        return MulticlassUncertaintyMetrics.Of(rows, bins, skipped);
    }

    /// <summary>Measures how good the probabilities of a binary model are.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scored">Scored rows.</param>
    /// <param name="labelColumnName">The label, Boolean.</param>
    /// <param name="probabilityColumnName">The probability of the positive class, Single.</param>
    /// <param name="bins">Bins of the calibration errors, at least 1.</param>
    /// <exception cref="ArgumentException">A column is missing or holds no probabilities.</exception>
    public static BinaryUncertaintyMetrics EvaluateUncertainty(
        this BinaryClassificationCatalog catalog, IDataView scored, string labelColumnName = "Label", string probabilityColumnName = "Probability", int bins = 15)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(scored);
        ScoredRows.CheckBins(bins);
        DataViewSchema.Column label = ScoredRows.Find(scored.Schema, labelColumnName, "label");
        if (label.Type != BooleanDataViewType.Instance)
            throw new ArgumentException($"Label column '{labelColumnName}' is {label.Type}; expected Boolean.", nameof(labelColumnName));
        double[] probabilities = ScoredRows.ReadNumbers(scored, (probabilityColumnName, "probability"))[0];
        int bad = Array.FindIndex(probabilities, p => p is < 0 or > 1);
        if (bad >= 0)
            throw new ArgumentException(
                $"Probability column '{probabilityColumnName}' holds {probabilities[bad]} in row {bad} (the first is 0): that is no probability. "
                + "Raw scores need a calibrator first, such as BinaryClassification.Calibrators.Platt.", nameof(probabilityColumnName));
        return BinaryUncertaintyMetrics.Of([.. scored.GetColumn<bool>(labelColumnName)], probabilities, bins);
    }

    /// <summary>Measures how well predicted deviations describe the errors of a regression, as normal distributions.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scored">Scored rows.</param>
    /// <param name="labelColumnName">The label, Single.</param>
    /// <param name="scoreColumnName">The predicted mean, Single.</param>
    /// <param name="deviationColumnName">The predicted standard deviation, Single, above 0.</param>
    /// <param name="level">The level of the intervals, in (0, 1).</param>
    /// <exception cref="ArgumentException">A column is missing or holds what cannot be.</exception>
    public static RegressionUncertaintyMetrics EvaluateUncertainty(
        this RegressionCatalog catalog, IDataView scored, string labelColumnName = "Label", string scoreColumnName = "Score",
        string deviationColumnName = "TotalDeviation", double level = 0.9)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(scored);
        ScoredRows.CheckLevel(level);
        double[][] columns = ScoredRows.ReadNumbers(scored, (labelColumnName, "label"), (scoreColumnName, "score"), (deviationColumnName, "deviation"));
        int bad = Array.FindIndex(columns[2], deviation => deviation <= 0);
        if (bad >= 0)
            throw new ArgumentException($"Deviation column '{deviationColumnName}' holds {columns[2][bad]} in row {bad} (the first is 0); a standard deviation is above 0.", nameof(deviationColumnName));
        return RegressionUncertaintyMetrics.Of(new GaussianPredictions(columns[0], columns[1], columns[2]), level);
    }

    /// <summary>Measures how well uncertainty tells strangers (rows of another kind) from rows like those of the training.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="scoredIn">Scored rows like those of the training, such as a test set.</param>
    /// <param name="scoredOut">Scored rows of another kind; no row may be in both.</param>
    /// <param name="scoreColumnName">The probability of every class; its entropy is the measure when no other is given.</param>
    /// <param name="uncertaintyColumnName">A column of Single that is higher for stranger rows, such as "PredictiveEntropy" or "MutualInformation"; null for the entropy of the score.</param>
    /// <param name="featureColumnName">Where the features are, to find rows that are in both sets; null to compare no rows.</param>
    /// <exception cref="ArgumentException">A set is empty, the sets share rows, or a column does not fit.</exception>
    public static OutOfDistributionMetrics EvaluateOutOfDistribution(
        this MulticlassClassificationCatalog catalog, IDataView scoredIn, IDataView scoredOut, string scoreColumnName = "Score",
        string? uncertaintyColumnName = null, string? featureColumnName = "Features")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(scoredIn);
        ArgumentNullException.ThrowIfNull(scoredOut);
        if (featureColumnName is not null)
            SharedRows.Refuse(scoredIn, scoredOut, featureColumnName);
        return OutOfDistributionMetrics.Of(Measure(scoredIn, nameof(scoredIn)), Measure(scoredOut, nameof(scoredOut)));

        double[] Measure(IDataView scored, string name)
        {
            try
            {
                return uncertaintyColumnName is null
                    ? ScoredEntropies.Read(scored, scoreColumnName)
                    : ScoredRows.ReadNumbers(scored, (uncertaintyColumnName, "uncertainty"))[0];
            }
            catch (ArgumentException e)
            {
                throw new ArgumentException($"{name}: {e.Message}", name, e);
            }
        }
    }
}
