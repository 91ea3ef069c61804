using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.ML;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.ModelFile;
using MLExtensions.Transforms.Scoring;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.ModelFile;

/// <summary>Writes, reads and forges the bytes of a net.</summary>
internal static class FileBytes
{
    public const int HeadLength = 16;
    public const int HashLength = 32;

    public static byte[] Write(FittedNetwork network, LabelValues? labels = null, ScoreColumnNames? names = null)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        NetworkFile.Write(writer, network, names ?? new ScoreColumnNames(), labels);
        writer.Flush();
        return stream.ToArray();
    }

    public static NeuralNetworkTransformer Read(byte[] bytes) => NetworkFile.Read(new MLContext(1), new MemoryStream(bytes));

    public static int JsonLength(byte[] bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));

    /// <summary>The same file with another JSON, and a checksum that fits.</summary>
    public static byte[] WithJson(byte[] bytes, Func<string, string> change)
    {
        int length = JsonLength(bytes);
        byte[] json = System.Text.Encoding.UTF8.GetBytes(change(System.Text.Encoding.UTF8.GetString(bytes, HeadLength, length)));
        byte[] changed = [.. bytes[..HeadLength], .. json, .. bytes[(HeadLength + length)..]];
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(12), json.Length);
        return WithChecksum(changed);
    }

    /// <summary>The same file with another property in its JSON, and a checksum that fits.</summary>
    public static byte[] WithProperty(byte[] bytes, string path, JsonNode? value) => WithJson(bytes, text =>
    {
        JsonNode root = JsonNode.Parse(text)!;
        string[] names = path.Split('.');
        JsonNode parent = names[..^1].Aggregate(root, (node, name) => node[name]!);
        parent[names[^1]] = value;
        return root.ToJsonString();
    });

    public static byte[] WithChecksum(byte[] bytes)
    {
        byte[] changed = [.. bytes];
        SHA256.HashData(changed.AsSpan(0, changed.Length - HashLength)).CopyTo(changed.AsSpan(changed.Length - HashLength));
        return changed;
    }

    /// <summary>What reading the file throws; fails when that took much memory.</summary>
    public static InvalidDataException Refused(byte[] bytes, long mostBytes = 4 << 20)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, mostBytes);
        return error;
    }
}
