namespace MLExtensions.Transforms.Interop;

/// <summary>A kind of model file: how ML.NET tells it from others and finds its loader.</summary>
/// <param name="ModelSignature">Eight characters.</param>
/// <param name="LoaderSignature">The name under which the loader is registered.</param>
internal sealed record ModelKind(string ModelSignature, string LoaderSignature)
{
    /// <summary>A neural net.</summary>
    public static ModelKind NeuralNetwork { get; } = new("MLXNNET ", ModelLoader.Signature);

    /// <summary>A Bayesian nested net.</summary>
    public static ModelKind BayesianNested { get; } = new("MLXNEST ", NestedModelLoader.Signature);

    /// <summary>The body of a neural net.</summary>
    public static ModelKind NetworkEmbedding { get; } = new("MLXEMBED", EmbeddingLoader.Signature);

    /// <summary>What was selected for pre-training.</summary>
    public static ModelKind PretrainingSelection { get; } = new("MLXSELEC", SelectionLoader.Signature);
}
