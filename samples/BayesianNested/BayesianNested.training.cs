using Microsoft.ML;
using MLExtensions.Samples.Shared.Characters;

namespace MLExtensions.Samples;

/// <summary>Fits, evaluates and uses a Bayesian nested net; split over files as ML.NET Model Builder does.</summary>
internal static partial class BayesianNested
{
    private const string FeaturesColumn = nameof(CharacterRow.Pixels);

    /// <summary>Label to key, the net, and the predicted key back to a word.</summary>
    public static IEstimator<ITransformer> BuildPipeline(
        MLContext mlContext, BayesianNestedSampleOptions options, IProgress<TrainingProgress> progress, CancellationToken cancellation) =>
        mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
            {
                FeatureColumnName = FeaturesColumn,
                Epochs = options.Epochs,
                Seed = options.Seed,
                Progress = progress,
                CancellationToken = cancellation,
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("Prediction", "PredictedLabel"));

    /// <summary>The stage before the net: the evaluation needs the label as a key.</summary>
    public static IDataView WithKeys(ITransformer model, IDataView rows) => ((IEnumerable<ITransformer>)model).First().Transform(rows);
}
