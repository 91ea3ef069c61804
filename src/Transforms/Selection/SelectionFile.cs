using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MLExtensions.Transforms.ModelFile;

namespace MLExtensions.Transforms.Selection;

/// <summary>
/// The bytes of a selection inside ML.NET's model file: a <see cref="FileFrame"/> with report, columns and class weights as JSON, then the places of chosen rows (int64,
/// little-endian) and their weights (float32).
/// </summary>
internal static class SelectionFile
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "MLXSEL\r\n"u8;

    /// <summary>Writes a selection.</summary>
    public static void Write(BinaryWriter writer, SelectionReport report, SelectionRule rule, string label, string? weight)
    {
        var header = new Header(report, label, weight, rule.ClassCount, rule.SourceRows, rule.ClassWeights, rule.Rows.Length);
        byte[] json = HeaderJson.Write(header);
        long[] rows = BitConverter.IsLittleEndian ? rule.Rows : Array.ConvertAll(rule.Rows, BinaryPrimitives.ReverseEndianness);
        FileFrame.Write(writer, Magic, Version, json, output =>
        {
            output.Write(MemoryMarshal.AsBytes<long>(rows));
            output.Write(rule.RowWeights);
        });
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Can seek; holds these bytes and no others.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static PretrainingSelectionTransformer Read(Stream stream)
    {
        (byte[] json, ChecksumReader input) = FileFrame.Read(stream, Magic, Version, "selection");
        Header header = HeaderJson.Read<Header>(json);
        if (header is not { Report: not null, Label: not null, ClassWeights: not null })
            throw FileFrame.Damaged("its JSON has a hole");
        if (header.RowCount < 0 || input.Left != header.RowCount * 12L)
            throw FileFrame.Damaged($"it says {header.RowCount} rows, and has {input.Left} bytes for them");
        byte[] bytes = input.Read(header.RowCount * sizeof(long));
        var rows = new long[header.RowCount];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        var rule = new SelectionRule(header.ClassCount, header.SourceRows, header.ClassWeights, rows, input.ReadNumbers(header.RowCount));
        var faults = new List<string>();
        rule.Check(faults);
        header.Report.Check(faults);
        if (faults.Count > 0)
            throw FileFrame.Damaged(string.Join(" ", faults).TrimEnd('.'));
        return new PretrainingSelectionTransformer(header.Report, rule, header.Label, header.Weight);
    }

    private sealed record Header(SelectionReport Report, string Label, string? Weight, int ClassCount, long SourceRows, float[] ClassWeights, int RowCount);
}
