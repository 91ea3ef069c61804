using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MLExtensions.Samples;

/// <summary>Fits, evaluates and uses a model; split over files as ML.NET Model Builder does.</summary>
internal static partial class ImageClassification
{
    /// <summary>From the name of a picture's file to the name of its class.</summary>
    public static IEstimator<ITransformer> BuildPipeline(
        MLContext mlContext, ImageClassificationOptions options, IProgress<TrainingProgress> progress, CancellationToken cancellation) =>
        mlContext.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(mlContext.Transforms.ImagePixels("Features", "ImagePath", options.Size, options.Size))
            .Append(mlContext.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
            {
                Architecture = options.WeightFile is null ? Architecture.ConvNet([[16], [32], [64]]) : Architecture.ResNet(18),
                InitialWeights = options.WeightFile,
                ChannelStatistics = options.WeightFile is null ? null : ChannelStatistics.ImageNet(),
                // Drawn letters must not be mirrored; for photos Augmentation.Light is the usual choice.
                Augmentation = options.DataFolder is null ? new Augmentation { PaddedCrop = 0.1, Rotation = 5 } : Augmentation.Light,
                Epochs = options.Epochs,
                Seed = options.Seed,
                Progress = progress,
                CancellationToken = cancellation,
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    /// <summary>Saves everything that a picture passes through.</summary>
    public static void SaveModel(MLContext mlContext, ITransformer model, DataViewSchema schema, string path) => mlContext.Model.Save(model, schema, path);
}
