using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Selection;

[assembly: LoadableClass(typeof(PretrainingSelectionTransformer), typeof(SelectionLoader), null, typeof(SignatureLoadModel), "MLExtensions pre-training data selection", SelectionLoader.Signature)]

namespace MLExtensions.Transforms.Interop;

/// <summary>What <c>mlContext.Model.Load</c> calls for a selection.</summary>
internal static class SelectionLoader
{
    public const string Signature = "MLExtensionsSelection";

    // Found by reflection, by this name and these parameters.
    internal static PretrainingSelectionTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => ModelStreams.Load(ctx, ModelKind.PretrainingSelection, SelectionFile.Read);
}
