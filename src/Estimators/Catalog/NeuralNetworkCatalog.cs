using MLExtensions;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Interop;

namespace Microsoft.ML;

/// <summary>Hangs the neural-network trainers on ML.NET's catalogs.</summary>
public static class NeuralNetworkCatalog
{
    /// <summary>Multiclass classification with a neural net and otherwise default options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label column, a key.</param>
    /// <param name="featureColumnName">The feature column, a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight column, Single; null for none.</param>
    /// <param name="architecture">The recipe of the net; null for one chosen by the data.</param>
    /// <param name="epochs">Passes over the training rows; null for a number chosen by the data.</param>
    public static NeuralNetworkTrainer NeuralNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string? exampleWeightColumnName = null, Architecture? architecture = null, int? epochs = null) =>
        NeuralNetwork(catalog, NetworkTrainerOptions.Create<NeuralNetworkOptions>(labelColumnName, featureColumnName, exampleWeightColumnName, architecture, epochs));

    /// <summary>Multiclass classification with a neural net.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static NeuralNetworkTrainer NeuralNetwork(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, NeuralNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new NeuralNetworkTrainer(Environments.Of(catalog), NetTask.Multiclass, options);
    }

    /// <summary>Binary classification with a neural net and otherwise default options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label column, Boolean.</param>
    /// <param name="featureColumnName">The feature column, a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight column, Single; null for none.</param>
    /// <param name="architecture">The recipe of the net; null for one chosen by the data.</param>
    /// <param name="epochs">Passes over the training rows; null for a number chosen by the data.</param>
    public static NeuralNetworkTrainer NeuralNetwork(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string? exampleWeightColumnName = null, Architecture? architecture = null, int? epochs = null) =>
        NeuralNetwork(catalog, NetworkTrainerOptions.Create<NeuralNetworkOptions>(labelColumnName, featureColumnName, exampleWeightColumnName, architecture, epochs));

    /// <summary>Binary classification with a neural net.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static NeuralNetworkTrainer NeuralNetwork(this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, NeuralNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new NeuralNetworkTrainer(Environments.Of(catalog), NetTask.Binary, options);
    }

    /// <summary>Regression with a neural net and otherwise default options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label column, Single.</param>
    /// <param name="featureColumnName">The feature column, a vector of Single.</param>
    /// <param name="exampleWeightColumnName">The weight column, Single; null for none.</param>
    /// <param name="architecture">The recipe of the net; null for one chosen by the data.</param>
    /// <param name="epochs">Passes over the training rows; null for a number chosen by the data.</param>
    public static NeuralNetworkTrainer NeuralNetwork(
        this RegressionCatalog.RegressionTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string? exampleWeightColumnName = null, Architecture? architecture = null, int? epochs = null) =>
        NeuralNetwork(catalog, NetworkTrainerOptions.Create<NeuralNetworkOptions>(labelColumnName, featureColumnName, exampleWeightColumnName, architecture, epochs));

    /// <summary>Regression with a neural net.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static NeuralNetworkTrainer NeuralNetwork(this RegressionCatalog.RegressionTrainers catalog, NeuralNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new NeuralNetworkTrainer(Environments.Of(catalog), NetTask.Regression, options);
    }
}
