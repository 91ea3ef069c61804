using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Samples.Shared.Tables;

namespace MLExtensions.Samples;

/// <summary>Fits, evaluates and uses a model; split over files as ML.NET Model Builder does.</summary>
internal static partial class QuickStart
{
    private const string TargetColumn = "Target";
    private const string PredictionColumn = "Prediction";

    /// <summary>The neural net with its defaults: nothing but the variant's own settings, seed, progress and cancellation is set unless the user asks for it.</summary>
    public static IEstimator<ITransformer> BuildNeuralNetworkPipeline(
        MLContext mlContext, QuickStartData data, QuickStartOptions options, NetVariant variant, IProgress<TrainingProgress> progress, CancellationToken cancellation)
    {
        var settings = new NeuralNetworkOptions
        {
            LabelColumnName = TargetColumn,
            FeatureColumnName = TableFeatures.FeaturesColumn,
            Architecture = variant.Architecture,
            Regularization = variant.Regularization,
            Epochs = options.Epochs,
            Seed = options.Seed,
            Progress = progress,
            CancellationToken = cancellation,
        };
        IEstimator<ITransformer> trainer = data.Task switch
        {
            LabelTask.Binary => mlContext.BinaryClassification.Trainers.NeuralNetwork(settings),
            LabelTask.Multiclass => mlContext.MulticlassClassification.Trainers.NeuralNetwork(settings),
            _ => mlContext.Regression.Trainers.NeuralNetwork(settings),
        };
        return BuildPipeline(mlContext, data, data.Featurizer.Append(trainer));
    }

    /// <summary>ML.NET's own trainer for the same task; it passes over the rows many times, hence the cache.</summary>
    public static (string Name, IEstimator<ITransformer> Pipeline) BuildBaselinePipeline(MLContext mlContext, QuickStartData data)
    {
        (string name, IEstimator<ITransformer> trainer) = data.Task switch
        {
            LabelTask.Binary => (
                "LbfgsLogisticRegression",
                (IEstimator<ITransformer>)mlContext.BinaryClassification.Trainers.LbfgsLogisticRegression(TargetColumn)),
            LabelTask.Multiclass => ("LbfgsMaximumEntropy", mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(TargetColumn)),
            _ => ("Sdca", mlContext.Regression.Trainers.Sdca(TargetColumn)),
        };
        return (name, BuildPipeline(mlContext, data, data.Featurizer.AppendCacheCheckpoint(mlContext).Append(trainer)));
    }

    /// <summary>Saves the fitted pipeline as any ML.NET model.</summary>
    public static void SaveModel(MLContext mlContext, ITransformer model, DataViewSchema schema, string path) => mlContext.Model.Save(model, schema, path);

    /// <summary>From the label as the user knows it to the type that trainers take, and from what they predict back to the user's words.</summary>
    private static IEstimator<ITransformer> BuildPipeline(MLContext mlContext, QuickStartData data, IEstimator<ITransformer> featurizerAndTrainer)
    {
        var conversion = mlContext.Transforms.Conversion;
        var isPositive = data.Classes.Select((name, i) => KeyValuePair.Create(name, i == 1));
        var nameOf = data.Classes.Select((name, i) => KeyValuePair.Create(i == 1, name));
        return data.Task switch
        {
            LabelTask.Binary => conversion
                .MapValue(TargetColumn, isPositive, TableFeatures.LabelColumn)
                .Append(featurizerAndTrainer)
                .Append(conversion.MapValue(PredictionColumn, nameOf, DefaultColumnNames.PredictedLabel)),
            LabelTask.Multiclass => conversion
                .MapValueToKey(TargetColumn, TableFeatures.LabelColumn)
                .Append(featurizerAndTrainer)
                .Append(conversion.MapKeyToValue(PredictionColumn, DefaultColumnNames.PredictedLabel)),
            _ => mlContext.Transforms.CopyColumns(TargetColumn, TableFeatures.LabelColumn)
                .Append(featurizerAndTrainer)
                .Append(mlContext.Transforms.CopyColumns(PredictionColumn, DefaultColumnNames.Score)),
        };
    }

    private static class DefaultColumnNames
    {
        public const string PredictedLabel = "PredictedLabel";
        public const string Score = "Score";
        public const string Probability = "Probability";
    }
}
