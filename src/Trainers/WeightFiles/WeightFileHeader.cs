using System.Text.Json;

namespace MLExtensions.Trainers.WeightFiles;

/// <summary>
/// The JSON header of a safetensors file (github.com/huggingface/safetensors, "Format"): names, types, shapes and places. A header that could not have been
/// written by an honest program is refused before anything is allocated by it.
/// </summary>
internal sealed class WeightFileHeader
{
    /// <summary>The format's own limit for the header.</summary>
    public const int LargestHeader = 100_000_000;

    private const int LargestRank = 16;

    private WeightFileHeader(IReadOnlyList<WeightEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors, in the order of the header.</summary>
    public IReadOnlyList<WeightEntry> Entries { get; }

    /// <summary>What the writer noted.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">Bytes of the file after the header.</param>
    /// <exception cref="InvalidDataException">What was found and what was expected, without the file's name.</exception>
    public static WeightFileHeader Parse(ReadOnlySpan<byte> json, long dataBytes)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new InvalidDataException($"the header begins with {(json.IsEmpty ? "nothing" : $"byte 0x{json[0]:x2}")}; expected '{{'");
        var entries = new List<WeightEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                if (!names.Add(name))
                    throw new InvalidDataException($"the name '{name}' stands twice in the header; expected once");
                reader.Read();
                if (name == "__metadata__")
                    metadata = ReadMetadata(ref reader);
                else
                    entries.Add(ReadEntry(ref reader, name));
            }

            reader.Read(); // an error where more than blanks follow
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"the header is not valid JSON ({e.Message.TrimEnd('.')}); expected an object that holds type, shape and data_offsets of each tensor");
        }

        CheckPlaces(entries, dataBytes);
        return new WeightFileHeader(entries, metadata);
    }

    private static Dictionary<string, string> ReadMetadata(ref Utf8JsonReader reader)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException($"__metadata__ is a {reader.TokenType}; expected an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new InvalidDataException($"__metadata__ has a {reader.TokenType} under '{name}'; expected a string");
            metadata[name] = reader.GetString()!;
        }

        return metadata;
    }

    private static WeightEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? typeName = null;
        long[]? shape = null, offsets = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException($"tensor '{name}' is a {reader.TokenType}; expected an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            if (field == "dtype")
                typeName = reader.GetString();
            else if (field == "shape")
                shape = ReadNumbers(ref reader, name, field, LargestRank);
            else if (field == "data_offsets")
                offsets = ReadNumbers(ref reader, name, field, 2);
            else
                throw new InvalidDataException($"tensor '{name}' has the field '{field}'; expected dtype, shape and data_offsets");
        }

        if (typeName is null || shape is null || offsets is not { Length: 2 })
            throw new InvalidDataException($"tensor '{name}' lacks one of dtype, shape and data_offsets (two numbers); expected all three");
        if (!WeightTypes.TryParse(typeName, out WeightType type))
            throw new InvalidDataException($"tensor '{name}' has the type '{typeName}'; expected one of {WeightTypes.Names}");
        CheckLength(name, type, shape, offsets);
        return new WeightEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string name, string field, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InvalidDataException($"tensor '{name}' has a {reader.TokenType} as {field}; expected an array of whole numbers");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw new InvalidDataException($"tensor '{name}' has something else than a whole number of at least 0 in {field}; expected an array of whole numbers");
            if (numbers.Count == most)
                throw new InvalidDataException($"tensor '{name}' has more than {most} numbers in {field}; expected at most {most}");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static void CheckLength(string name, WeightType type, long[] shape, long[] offsets)
    {
        UInt128 bytes = (UInt128)WeightTypes.SizeOf(type);
        foreach (long size in shape)
            bytes = size == 0 ? 0 : bytes > long.MaxValue ? bytes : bytes * (UInt128)size; // cannot overflow: both factors are below 2^63
        if (offsets[0] > offsets[1] || bytes != (UInt128)(offsets[1] - offsets[0]))
            throw new InvalidDataException(
                $"tensor '{name}' of type {WeightTypes.NameOf(type)} and shape [{string.Join(", ", shape)}] lies at {offsets[0]} to {offsets[1]}; expected a piece of {bytes} bytes");
    }

    // Pieces that overlap could make a small file large in memory; gaps could hide something.
    private static void CheckPlaces(List<WeightEntry> entries, long dataBytes)
    {
        long end = 0;
        string before = "the header";
        foreach (WeightEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end)
                throw new InvalidDataException(
                    $"tensor '{entry.Name}' begins at byte {entry.Begin} of the data, {(entry.Begin < end ? "before" : "after a gap behind")} the end of {before} at {end}; "
                    + "expected pieces that follow each other");
            end = entry.End;
            before = $"'{entry.Name}'";
            if (end > dataBytes)
                throw new InvalidDataException($"tensor '{entry.Name}' ends at byte {end} of the data; expected at most {dataBytes}, which is all that the file has");
        }

        if (end != dataBytes)
            throw new InvalidDataException($"the tensors end at byte {end} of {dataBytes} bytes of data; expected no bytes behind them");
    }
}
