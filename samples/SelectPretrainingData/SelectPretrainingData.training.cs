using Microsoft.ML;
using Microsoft.ML.Transforms;
using MLExtensions.Samples.Shared.Characters;

namespace MLExtensions.Samples;

/// <summary>Chooses pre-training data and fine-tunes with them; split over files as ML.NET Model Builder does.</summary>
internal static partial class SelectPretrainingData
{
    private const string EmbeddingColumn = "Embedding";
    private const string FeatureColumn = nameof(CharacterRow.Pixels);

    /// <summary>Pictures with their label as a key.</summary>
    public static IDataView Load(MLContext mlContext, IReadOnlyList<CharacterRow> rows, ITransformer? keys = null)
    {
        IDataView view = mlContext.Data.LoadFromEnumerable(rows);
        return (keys ?? Keys(mlContext, view)).Transform(view);
    }

    /// <summary>The keys of a target, for its training and its test pictures.</summary>
    public static ITransformer Keys(MLContext mlContext, IDataView rows) =>
        mlContext.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows);

    /// <summary>A net trained on the whole source: where all fine-tuning starts.</summary>
    public static ITransformer Pretrain(MLContext mlContext, IDataView source, int seed, IProgress<TrainingProgress> progress, CancellationToken cancellation) =>
        mlContext.MulticlassClassification.Trainers.NeuralNetwork(Options(seed, options =>
        {
            (options.Epochs, options.BatchSize, options.Progress, options.CancellationToken) = (15, 64, progress, cancellation);
        })).Fit(source);

    /// <summary>Its features as a column: what source and target are compared by.</summary>
    public static ITransformer Embedding(MLContext mlContext, ITransformer pretrained, IDataView source) =>
        mlContext.Transforms.NetworkEmbedding(EmbeddingColumn, pretrained, FeatureColumn).Fit(source);

    /// <summary>Chooses K classes of the source for the target.</summary>
    public static PretrainingSelectionTransformer Select(MLContext mlContext, IDataView source, IDataView target, SelectionStrategy strategy, int count, int seed, CancellationToken cancellation) =>
        mlContext.Transforms.SelectPretrainingData(target, new PretrainingSelectionOptions
        {
            EmbeddingColumnName = EmbeddingColumn,
            Strategy = strategy,
            Budget = SelectionBudget.Count(count),
            Seed = seed,
            CancellationToken = cancellation,
        }).Fit(source);

    /// <summary>Fits a net to the target: from scratch, from the pretrained one, or jointly with source pictures.</summary>
    public static ITransformer FineTune(MLContext mlContext, IDataView target, ITransformer? pretrained, IDataView? selected, int seed, int rows, CancellationToken cancellation) =>
        mlContext.MulticlassClassification.Trainers.NeuralNetwork(Options(seed, options =>
        {
            options.InitialModel = pretrained;
            options.PretrainingData = selected is null ? null : new PretrainingData(selected);
            (options.BatchSize, options.Epochs) = (Math.Min(BatchSize, rows), (int)Math.Ceiling(Steps / Math.Ceiling((double)rows / BatchSize)));
            options.CancellationToken = cancellation;
        })).Fit(target);

    /// <summary>The share of test pictures whose class is predicted.</summary>
    public static double Accuracy(MLContext mlContext, ITransformer model, IDataView test) => mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;

    private const int BatchSize = 16;
    private const int Steps = 300;

    private static NeuralNetworkOptions Options(int seed, Action<NeuralNetworkOptions> change)
    {
        var options = new NeuralNetworkOptions { FeatureColumnName = FeatureColumn, Architecture = Architecture.Mlp([128, 64], normalization: Normalization.Batch), Seed = seed, ValidationFraction = 0 };
        change(options);
        return options;
    }
}
