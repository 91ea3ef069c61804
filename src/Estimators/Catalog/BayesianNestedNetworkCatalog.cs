using MLExtensions;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Interop;

namespace Microsoft.ML;

/// <summary>Hangs the Bayesian nested trainers on ML.NET's catalogs.</summary>
public static class BayesianNestedNetworkCatalog
{
    /// <summary>Multiclass classification with a Bayesian nested net and otherwise default options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label column, a key.</param>
    /// <param name="featureColumnName">The feature column, a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight column, Single; null for none.</param>
    /// <param name="architecture">The recipe of the net, a multi-layer perceptron; null for 256 and 128 units with batch normalisation.</param>
    /// <param name="epochs">Passes over the training rows; null for a number chosen by the data.</param>
    public static BayesianNestedNetworkTrainer BayesianNestedNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string? exampleWeightColumnName = null, Architecture? architecture = null, int? epochs = null) =>
        BayesianNestedNetwork(catalog, NetworkTrainerOptions.Create<BayesianNestedNetworkOptions>(labelColumnName, featureColumnName, exampleWeightColumnName, architecture, epochs));

    /// <summary>Multiclass classification with a Bayesian nested net.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static BayesianNestedNetworkTrainer BayesianNestedNetwork(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, BayesianNestedNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new BayesianNestedNetworkTrainer(Environments.Of(catalog), NetTask.Multiclass, options);
    }

    /// <summary>Binary classification with a Bayesian nested net and otherwise default options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label column, Boolean.</param>
    /// <param name="featureColumnName">The feature column, a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight column, Single; null for none.</param>
    /// <param name="architecture">The recipe of the net, a multi-layer perceptron; null for 256 and 128 units with batch normalisation.</param>
    /// <param name="epochs">Passes over the training rows; null for a number chosen by the data.</param>
    public static BayesianNestedNetworkTrainer BayesianNestedNetwork(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string? exampleWeightColumnName = null, Architecture? architecture = null, int? epochs = null) =>
        BayesianNestedNetwork(catalog, NetworkTrainerOptions.Create<BayesianNestedNetworkOptions>(labelColumnName, featureColumnName, exampleWeightColumnName, architecture, epochs));

    /// <summary>Binary classification with a Bayesian nested net.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static BayesianNestedNetworkTrainer BayesianNestedNetwork(this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, BayesianNestedNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new BayesianNestedNetworkTrainer(Environments.Of(catalog), NetTask.Binary, options);
    }

    /// <summary>Regression with a Bayesian nested net and otherwise default options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label column, Single.</param>
    /// <param name="featureColumnName">The feature column, a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight column, Single; null for none.</param>
    /// <param name="architecture">The recipe of the net, a multi-layer perceptron; null for 256 and 128 units with batch normalisation.</param>
    /// <param name="epochs">Passes over the training rows; null for a number chosen by the data.</param>
    public static BayesianNestedNetworkTrainer BayesianNestedNetwork(
        this RegressionCatalog.RegressionTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string? exampleWeightColumnName = null, Architecture? architecture = null, int? epochs = null) =>
        BayesianNestedNetwork(catalog, NetworkTrainerOptions.Create<BayesianNestedNetworkOptions>(labelColumnName, featureColumnName, exampleWeightColumnName, architecture, epochs));

    /// <summary>Regression with a Bayesian nested net.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static BayesianNestedNetworkTrainer BayesianNestedNetwork(this RegressionCatalog.RegressionTrainers catalog, BayesianNestedNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new BayesianNestedNetworkTrainer(Environments.Of(catalog), NetTask.Regression, options);
    }
}
