using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using MLExtensions.Transforms.ModelFile;

namespace MLExtensions.Transforms.Selection;

/// <summary>
/// The bytes of a selection inside ML.NET's model file, little-endian: magic (8), format version (4), length of the JSON (4), JSON (report, columns, class weights), places of chosen
/// rows (int64), their weights (float32), SHA-256 of all that (32).
/// </summary>
internal static class SelectionFile
{
    private const int Version = 1;
    private const int HeadLength = 16;
    private const int LongestJson = 1 << 28;

    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        MaxDepth = 16,
    };

    private static ReadOnlySpan<byte> Magic => "MLXSEL\r\n"u8;

    /// <summary>Writes a selection.</summary>
    public static void Write(BinaryWriter writer, SelectionReport report, SelectionRule rule, string label, string? weight)
    {
        var header = new Header(report, label, weight, rule.ClassCount, rule.SourceRows, rule.ClassWeights, rule.Rows.Length);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header, Json);
        Span<byte> head = stackalloc byte[HeadLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], json.Length);
        using var output = new ChecksumWriter(writer);
        output.Write(head);
        output.Write(json);
        long[] rows = BitConverter.IsLittleEndian ? rule.Rows : Array.ConvertAll(rule.Rows, BinaryPrimitives.ReverseEndianness);
        output.Write(MemoryMarshal.AsBytes<long>(rows));
        output.Write(rule.RowWeights);
        output.WriteChecksum();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Can seek; holds these bytes and no others.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static PretrainingSelectionTransformer Read(Stream stream)
    {
        var input = new ChecksumReader(stream);
        byte[] head = input.Length < HeadLength ? [] : input.Read(HeadLength);
        if (!head.AsSpan().StartsWith(Magic))
            throw Damaged("it does not start like one of ours");
        int version = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8));
        if (version != Version)
            throw new InvalidDataException(version > Version
                ? $"The selection was saved in format {version}; this version of MLExtensions reads formats up to {Version}. Update the package MLExtensions."
                : $"The model file is damaged: it says format {version}.");
        if (!input.IsIntact())
            throw Damaged("its checksum does not fit its content");
        int jsonLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12));
        if (jsonLength < 0 || jsonLength > Math.Min(input.Left, LongestJson))
            throw Damaged($"its JSON of {jsonLength} bytes is longer than the file or than {LongestJson} bytes");
        Header header = HeaderOf(input.Read(jsonLength));
        if (header.RowCount < 0 || input.Left != header.RowCount * 12L)
            throw Damaged($"it says {header.RowCount} rows, and has {input.Left} bytes for them");
        byte[] bytes = input.Read(header.RowCount * sizeof(long));
        var rows = new long[header.RowCount];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        var rule = new SelectionRule(header.ClassCount, header.SourceRows, header.ClassWeights, rows, input.ReadNumbers(header.RowCount));
        var faults = new List<string>();
        rule.Check(faults);
        header.Report.Check(faults);
        if (faults.Count > 0)
            throw Damaged(string.Join(" ", faults).TrimEnd('.'));
        return new PretrainingSelectionTransformer(header.Report, rule, header.Label, header.Weight);
    }

    private static Header HeaderOf(ReadOnlySpan<byte> json)
    {
        try
        {
            Header header = JsonSerializer.Deserialize<Header>(json, Json) ?? throw Damaged("its JSON is empty");
            return header is { Report: not null, Label: not null, ClassWeights: not null } ? header : throw Damaged("its JSON has a hole");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw Damaged("its JSON cannot be read: " + e.Message);
        }
    }

    private static InvalidDataException Damaged(string why) => new($"The model file is damaged: {why}. Save the model again, or take another copy of the file.");

    private sealed record Header(SelectionReport Report, string Label, string? Weight, int ClassCount, long SourceRows, float[] ClassWeights, int RowCount);
}
