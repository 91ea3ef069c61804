using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.ML;
using MLExtensions.Benchmarks.Scoring;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Benchmarks.Endurance;

/// <summary>Makes damaged copies of a small model file, in several ways in turn.</summary>
internal sealed class AlteredModels
{
    private const int Inputs = 4;
    private const int HeadLength = 16;
    private const int JsonLengthAt = 12;

    private readonly Random _random;
    private readonly List<(string Name, byte[] Bytes)> _entries = [];
    private readonly int _ours;
    private int _made;

    public AlteredModels(int seed)
    {
        _random = new Random(seed);
        var ml = new MLContext(1);
        using NeuralNetworkTransformer model = RandomNetwork.CreateTransformer(ml, Inputs, [8], 3, LabelValues.FromTexts("Text", ["low", "middle", "high"]));
        using var stream = new MemoryStream();
        ml.Model.Save(model, new FloatView(RandomNetwork.Rows(1, Inputs), Inputs).Schema, stream);
        Original = stream.ToArray();
        using var zip = new ZipArchive(new MemoryStream(Original), ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using Stream content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            _entries.Add((entry.FullName, copy.ToArray()));
        }

        _ours = _entries.FindIndex(entry => entry.Name.Replace('\\', '/').EndsWith("/Network", StringComparison.Ordinal));
    }

    /// <summary>The whole file.</summary>
    public byte[] Original { get; }

    /// <summary>The next damaged file.</summary>
    public AlteredModel Next()
    {
        byte[] ours = _entries[_ours].Bytes;
        return (_made++ % 6) switch
        {
            0 => new("file truncated", false, false, Truncate(Original)),
            1 => new("bytes of the file altered", false, false, Alter(Original)),
            2 => new("our stream truncated", true, false, Pack(Truncate(ours))),
            3 => new("bytes of our stream altered", true, false, Pack(Alter(ours))),
            4 => new("bytes of our stream altered, right checksum", true, true, Pack(Seal(Alter(ours)[..^SHA256.HashSizeInBytes]))),
            _ => new("a JSON value of our stream altered, right checksum", true, true, Pack(Seal(AlterJson(ours[..^SHA256.HashSizeInBytes])))),
        };
    }

    private byte[] Truncate(byte[] bytes) => bytes[.._random.Next(bytes.Length)];

    private byte[] Alter(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        for (int left = _random.Next(1, 9); left > 0; left--)
            copy[_random.Next(copy.Length)] = _random.Next(4) == 0 ? (byte)(_random.Next(2) * 255) : (byte)_random.Next(256);
        return copy;
    }

    private byte[] AlterJson(byte[] body)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(JsonLengthAt));
        JsonNode root = JsonNode.Parse(body.AsSpan(HeadLength, length))!;
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        JsonNode chosen = nodes[_random.Next(nodes.Count)];
        if (chosen.Parent is JsonObject parent && _random.Next(4) == 0)
            parent.Remove(chosen.GetPropertyName());
        else if (chosen.Parent is not null)
            chosen.ReplaceWith(BadValue());
        byte[] json = System.Text.Encoding.UTF8.GetBytes(root.ToJsonString());
        byte[] altered = [.. body.AsSpan(0, HeadLength), .. json, .. body.AsSpan(HeadLength + length)];
        BinaryPrimitives.WriteInt32LittleEndian(altered.AsSpan(JsonLengthAt), json.Length);
        return altered;
    }

    private static void Collect(JsonNode node, List<JsonNode> nodes)
    {
        nodes.Add(node);
        IEnumerable<JsonNode?> children = node switch { JsonObject o => o.Select(property => property.Value), JsonArray a => a, _ => [] };
        foreach (JsonNode child in children.OfType<JsonNode>())
            Collect(child, nodes);
    }

    private JsonNode? BadValue() => _random.Next(14) switch
    {
        0 => null,
        1 => -1,
        2 => 0,
        3 => int.MaxValue,
        4 => 1e300,
        5 => "NaN",
        6 => "",
        7 => new string('x', 10_000),
        8 => new JsonArray(),
        9 => new JsonObject(),
        10 => true,
        11 => new JsonArray([.. Enumerable.Range(0, 2000).Select(_ => (JsonNode)1_000_000)]),
        12 => new JsonArray([.. Enumerable.Range(0, 1000).Select(_ => (JsonNode)46_000)]),
        _ => _random.Next(10),
    };

    private static byte[] Seal(byte[] body) => [.. body, .. SHA256.HashData(body)];

    private byte[] Pack(byte[] ours)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            for (int i = 0; i < _entries.Count; i++)
            {
                using Stream entry = zip.CreateEntry(_entries[i].Name, CompressionLevel.NoCompression).Open();
                entry.Write(i == _ours ? ours : _entries[i].Bytes);
            }

        return stream.ToArray();
    }
}
