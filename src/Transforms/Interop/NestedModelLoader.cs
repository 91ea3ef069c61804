using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.ModelFile;

[assembly: LoadableClass(typeof(BayesianNestedTransformer), typeof(NestedModelLoader), null, typeof(SignatureLoadModel), "MLExtensions Bayesian nested network", NestedModelLoader.Signature)]

namespace MLExtensions.Transforms.Interop;

/// <summary>What <c>mlContext.Model.Load</c> calls for a nested net.</summary>
internal static class NestedModelLoader
{
    public const string Signature = "MLExtensionsNestedNet";

    // Found by reflection, by this name and these parameters.
    internal static BayesianNestedTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        ModelStreams.Load(ctx, ModelKind.BayesianNested, stream => NestedNetworkFile.Read(env, stream));
}
