using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Transforms.Interop;

[assembly: LoadableClass(typeof(NetworkEmbeddingTransformer), typeof(EmbeddingLoader), null, typeof(SignatureLoadModel), "MLExtensions network embedding", EmbeddingLoader.Signature)]

namespace MLExtensions.Transforms.Interop;

/// <summary>What <c>mlContext.Model.Load</c> calls for an embedding.</summary>
internal static class EmbeddingLoader
{
    public const string Signature = "MLExtensionsEmbedding";

    // Found by reflection, by this name and these parameters.
    internal static NetworkEmbeddingTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        ModelStreams.Load(ctx, ModelKind.NetworkEmbedding, NetworkEmbeddingTransformer.Read);
}
