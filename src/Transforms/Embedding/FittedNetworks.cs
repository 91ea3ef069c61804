using Microsoft.ML;

namespace MLExtensions.Transforms.Embedding;

/// <summary>Finds nets in fitted models.</summary>
internal static class FittedNetworks
{
    /// <summary>The last net of a model, which may be a chain of transformers.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public static NeuralNetworkTransformer In(ITransformer model) => Find(model)
        ?? throw new ArgumentException($"The model, {model.GetType().Name}, holds no neural net. Give what NeuralNetworkTrainer.Fit returns, or a pipeline's model with such a stage.", nameof(model));

    private static NeuralNetworkTransformer? Find(ITransformer model) => model switch
    {
        NeuralNetworkTransformer net => net,
        IEnumerable<ITransformer> chain => chain.Reverse().Select(Find).FirstOrDefault(net => net is not null),
        _ => null,
    };
}
