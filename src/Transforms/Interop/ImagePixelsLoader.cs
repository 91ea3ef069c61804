using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Transforms.Interop;

[assembly: LoadableClass(typeof(ImagePixelsTransformer), typeof(ImagePixelsLoader), null, typeof(SignatureLoadModel), "MLExtensions image pixels", ImagePixelsLoader.Signature)]

namespace MLExtensions.Transforms.Interop;

/// <summary>Saves and loads the stage that reads pictures.</summary>
internal static class ImagePixelsLoader
{
    public const string Signature = "MLExtensionsImagePixels";
    private const string Name = "ImagePixels";

    public static void Save(ModelSaveContext context, Action<BinaryWriter> write)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version());
        context.SaveBinaryStream(Name, write);
    }

    // Found by reflection, by this name and these parameters.
    internal static ImagePixelsTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version());
        ImagePixelsTransformer? result = null;
        if (!ctx.TryLoadBinaryStream(Name, reader => result = ImagePixelsTransformer.Read(reader)) || result is null)
            throw new InvalidDataException($"The model file is damaged: its stream '{Name}' is missing.");
        return result;
    }

    private static VersionInfo Version() => new(
        modelSignature: "MLXPIXEL", verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ImagePixelsLoader).Assembly.GetName().Name!, loaderSignature: Signature);
}
