using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.ModelFile;

[assembly: LoadableClass(typeof(NeuralNetworkTransformer), typeof(ModelLoader), null, typeof(SignatureLoadModel), "MLExtensions neural network", ModelLoader.Signature)]

namespace MLExtensions.Transforms.Interop;

/// <summary>What <c>mlContext.Model.Load</c> calls; ML.NET finds it by the header of the file, so the loading process need not know our types.</summary>
internal static class ModelLoader
{
    public const string Signature = "MLExtensionsNeuralNet";

    // Found by reflection, by this name and these parameters.
    internal static NeuralNetworkTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        ModelStreams.Load(ctx, ModelKind.NeuralNetwork, stream => NetworkFile.Read(env, stream));
}
