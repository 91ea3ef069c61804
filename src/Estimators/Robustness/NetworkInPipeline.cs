using Microsoft.ML;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Robustness;

/// <summary>A net within a fitted pipeline: the stages before it, in the order in which rows pass them.</summary>
/// <param name="Network">The net.</param>
/// <param name="Stages">The stages before it; chains within chains are unrolled.</param>
internal sealed record NetworkInPipeline(NeuralNetworkTransformer Network, IReadOnlyList<ITransformer> Stages)
{
    /// <summary>Finds the last net in a model.</summary>
    /// <exception cref="ArgumentException">There is none, or it is for another task.</exception>
    public static NetworkInPipeline Find(ITransformer model, NetTask task)
    {
        ITransformer[] stages = [.. Unrolled(model)];
        int place = Array.FindLastIndex(stages, stage => stage is NeuralNetworkTransformer);
        if (place < 0)
            throw new ArgumentException(
                $"The model has no neural net whose gradient could be followed; its stages are: {string.Join(", ", stages.Select(AffineStage.NameOf))}. "
                + "Give a pipeline that was fitted with a NeuralNetwork trainer, or the NeuralNetworkTransformer alone with rows that have its features.", nameof(model));
        var network = (NeuralNetworkTransformer)stages[place];
        NetTask found = network.Model.Network.Task;
        if (found == NetTask.Regression)
            throw new ArgumentException("The net predicts a number; robustness is evaluated for classes only. Give a multiclass or binary model.", nameof(model));
        if (found != task)
            throw new ArgumentException(
                $"The net is for {(found == NetTask.Binary ? "binary" : "multiclass")} classification; use mlContext.{(found == NetTask.Binary ? "BinaryClassification" : "MulticlassClassification")}.EvaluateRobustness.", nameof(model));
        return new NetworkInPipeline(network, stages[..place]);
    }

    private static IEnumerable<ITransformer> Unrolled(ITransformer model) => model is IEnumerable<ITransformer> chain ? chain.SelectMany(Unrolled) : [model];
}
