using Microsoft.ML;

namespace MLExtensions.Transforms.Interop;

/// <summary>Our named stream inside ML.NET's model file.</summary>
internal static class ModelStreams
{
    private const string Name = "Network";

    /// <summary>Writes the stream and the header by which ML.NET finds our loader.</summary>
    public static void Save(ModelSaveContext context, Action<BinaryWriter> write)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version());
        context.SaveBinaryStream(Name, write);
    }

    /// <summary>Reads the whole stream.</summary>
    /// <exception cref="InvalidDataException">The file has no such stream.</exception>
    public static byte[] Load(ModelLoadContext context)
    {
        context.CheckAtModel(Version());
        byte[]? bytes = null;
        if (!context.TryLoadBinaryStream(Name, reader => bytes = ReadAll(reader.BaseStream)) || bytes is null)
            throw new InvalidDataException($"The model file is damaged: its stream '{Name}' is missing.");
        return bytes;
    }

    // Grows with what is really there: a length that a damaged file claims is never trusted.
    private static byte[] ReadAll(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    // The assembly's simple name: with the full name an older version of this package could not even say that a file is too new for it.
    private static VersionInfo Version() => new(
        modelSignature: "MLXNNET ", verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ModelStreams).Assembly.GetName().Name!, loaderSignature: ModelLoader.Signature);
}
