using System.Buffers.Binary;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>
/// What all our streams in a model file have in common, little-endian: magic (8), format version (4), length of the JSON (4), JSON, float32 numbers (or what
/// the stream's own description says), SHA-256 of all that (32).
/// </summary>
internal static class FileFrame
{
    private const int HeadLength = 16;

    /// <summary>Bytes of JSON that are read and written at the most: 256 MiB.</summary>
    public const int LongestJson = 1 << 28;

    /// <summary>Writes all of it.</summary>
    /// <exception cref="InvalidOperationException">The JSON is longer than can be read back.</exception>
    public static void Write(BinaryWriter writer, ReadOnlySpan<byte> magic, int version, byte[] json, params float[][] numbers) =>
        Write(writer, magic, version, json, output => Array.ForEach(numbers, output.Write));

    /// <summary>Writes all of it, with other things than numbers behind the JSON.</summary>
    /// <exception cref="InvalidOperationException">The JSON is longer than can be read back.</exception>
    public static void Write(BinaryWriter writer, ReadOnlySpan<byte> magic, int version, byte[] json, Action<ChecksumWriter> rest)
    {
        if (json.Length > LongestJson)
            throw new InvalidOperationException($"The model cannot be saved: the names of its classes and its report take {json.Length} bytes, and at most {LongestJson} can be read back. "
                + "Give the label fewer or shorter key values, such as numbers in place of texts.");
        Span<byte> head = stackalloc byte[HeadLength];
        magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], version);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], json.Length);
        using var output = new ChecksumWriter(writer);
        output.Write(head);
        output.Write(json);
        rest(output);
        output.WriteChecksum();
    }

    /// <summary>Reads up to the numbers. Lengths are compared with the stream before anything of that length is made.</summary>
    /// <param name="stream">Can seek; holds these bytes and no others.</param>
    /// <param name="magic">What it must start with.</param>
    /// <param name="newest">The newest version that can be read.</param>
    /// <param name="what">What the stream holds, for errors.</param>
    /// <returns>The JSON, and a reader behind it.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static (byte[] Json, ChecksumReader Numbers) Read(Stream stream, ReadOnlySpan<byte> magic, int newest, string what = "model")
    {
        var input = new ChecksumReader(stream);
        byte[] head = input.Length < HeadLength ? [] : input.Read(HeadLength);
        if (!head.AsSpan().StartsWith(magic))
            throw Damaged("it does not start like one of ours");
        int version = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8));
        if (version != newest)
            throw new InvalidDataException(version > newest
                ? $"The {what} was saved in format {version}; this version of MLExtensions reads formats up to {newest}. Update the package MLExtensions."
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
