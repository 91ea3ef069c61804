using System.Buffers.Binary;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>
/// What all our streams in a model file have in common, little-endian: magic (8), format version (4), length of the JSON (4), JSON, float32 numbers, SHA-256 of all
/// that (32).
/// </summary>
internal static class FileFrame
{
    private const int HeadLength = 16;
    private const int LongestJson = 1 << 28;

    /// <summary>Writes all of it.</summary>
    public static void Write(BinaryWriter writer, ReadOnlySpan<byte> magic, int version, byte[] json, params ReadOnlySpan<float[]> numbers)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], version);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], json.Length);
        using var output = new ChecksumWriter(writer);
        output.Write(head);
        output.Write(json);
        foreach (float[] array in numbers)
            output.Write(array);
        output.WriteChecksum();
    }

    /// <summary>Reads up to the numbers. Lengths are compared with the stream before anything of that length is made.</summary>
    /// <param name="stream">Can seek; holds these bytes and no others.</param>
    /// <param name="magic">What it must start with.</param>
    /// <param name="newest">The newest version that can be read.</param>
    /// <returns>The JSON, and a reader at the first number.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static (byte[] Json, ChecksumReader Numbers) Read(Stream stream, ReadOnlySpan<byte> magic, int newest)
    {
        var input = new ChecksumReader(stream);
        byte[] head = input.Length < HeadLength ? [] : input.Read(HeadLength);
        if (!head.AsSpan().StartsWith(magic))
            throw Damaged("it does not start like one of ours");
        int version = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8));
        if (version != newest)
            throw new InvalidDataException(version > newest
                ? $"The model was saved in format {version}; this version of MLExtensions reads formats up to {newest}. Update the package MLExtensions."
                : $"The model file is damaged: it says format {version}.");
        if (!input.IsIntact())
            throw Damaged("its checksum does not fit its content");
        int jsonLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12));
        if (jsonLength < 0 || jsonLength > Math.Min(input.Left, LongestJson))
            throw Damaged($"its JSON of {jsonLength} bytes is longer than the file or than {LongestJson} bytes");
        return (input.Read(jsonLength), input);
    }

    /// <summary>A file that cannot be what we have written.</summary>
    public static InvalidDataException Damaged(string why) => new($"The model file is damaged: {why}. Save the model again, or take another copy of the file.");
}
