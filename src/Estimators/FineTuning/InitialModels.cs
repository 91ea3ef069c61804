using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.FineTuning;

/// <summary>Finds the net in a fitted model.</summary>
internal static class InitialModels
{
    /// <summary>Whether there is a net in a transformer or in the chains that it is made of.</summary>
    public static bool IsIn(ITransformer model) => StageOf(model) is not null;

    /// <summary>The last net in a transformer or in the chains that it is made of; null without one.</summary>
    public static InitialNetwork? Find(ITransformer model) => StageOf(model) switch
    {
        NeuralNetworkTransformer net => new InitialNetwork(net.Model.Network, net.LabelTexts),
        BayesianNestedTransformer { Model.Network: { } nested } transformer =>
            new InitialNetwork(new NestedExtraction(nested, nested.Settings.Groups).Extract(), transformer.LabelTexts) { Nested = nested },
        _ => null,
    };

    /// <summary>The net of the options' initial model, checked against the feature column; null without.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It was trained on another number of features.</exception>
    public static InitialNetwork? Of(NetworkTrainerOptions options, DataViewSchema.Column features, int width)
    {
        if (options.InitialModel is null || Find(options.InitialModel) is not { } initial)
            return null;
        if (initial.Network.InputWidth != width)
            throw new ArgumentOutOfRangeException(nameof(options),
                $"InitialModel was trained on {initial.Network.InputWidth} features; feature column '{features.Name}' has {width}. Make the features by the stages that the initial model was trained with.");
        return initial;
    }

    /// <summary>What the net does to features before its first layer; its weights are right for nothing else.</summary>
    public static Standardization? StandardizationOf(InitialNetwork initial) =>
        initial.Network.FeatureMean.Length == 0 ? null : new Standardization(initial.Network.FeatureMean, initial.Network.FeatureFactor)
        {
            Picture = initial.Network.Input.IsImage ? initial.Network.Input : null,
        };

    private static ITransformer? StageOf(ITransformer model) => model switch
    {
        NeuralNetworkTransformer or BayesianNestedTransformer => model,
        IEnumerable<ITransformer> chain => chain.Reverse().Select(StageOf).FirstOrDefault(stage => stage is not null),
        _ => null,
    };
}
