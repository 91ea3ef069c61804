using Microsoft.ML;

namespace MLExtensions.Transforms.Interop;

/// <summary>Our named stream inside ML.NET's model file.</summary>
internal static class ModelStreams
{
    private const string Name = "Network";

    /// <summary>Writes the stream and the header by which ML.NET finds our loader.</summary>
    /// <param name="context">ML.NET's.</param>
    /// <param name="kind">What the stream holds.</param>
    /// <param name="write">Writes it.</param>
    public static void Save(ModelSaveContext context, ModelKind kind, Action<BinaryWriter> write)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version(kind));
        context.SaveBinaryStream(Name, write);
    }

    /// <summary>Reads the stream, which can seek.</summary>
    /// <exception cref="InvalidDataException">The file has no such stream.</exception>
    public static T Load<T>(ModelLoadContext context, ModelKind kind, Func<Stream, T> read)
        where T : class
    {
        context.CheckAtModel(Version(kind));
        T? result = null;
        if (!context.TryLoadBinaryStream(Name, reader => result = read(reader.BaseStream)) || result is null)
            throw new InvalidDataException($"The model file is damaged: its stream '{Name}' is missing.");
        return result;
    }

    // The assembly's simple name: with the full name an older version of this package could not even say that a file is too new for it.
    private static VersionInfo Version(ModelKind kind) => new(
        modelSignature: kind.ModelSignature, verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ModelStreams).Assembly.GetName().Name!, loaderSignature: kind.LoaderSignature);
}
