using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Runtime;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>
/// The bytes of a net inside ML.NET's model file, little-endian:
/// magic (8), format version (4), length of the JSON (4), JSON (recipe, columns, report), parameters, running statistics, feature means and factors (float32),
/// SHA-256 of all that (32).
/// </summary>
internal static class NetworkFile
{
    private const int Version = 1;
    private const int HeadLength = 16;

    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        MaxDepth = 16,
    };

    private static ReadOnlySpan<byte> Magic => "MLXNET\r\n"u8;

    /// <summary>Writes a net with its columns.</summary>
    public static void Write(BinaryWriter writer, FittedNetwork network, ScoreColumnNames columns, LabelValues? labels)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(HeaderOf(network, columns, labels), Json);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Put(ReadOnlySpan<byte> bytes)
        {
            writer.Write(bytes);
            hash.AppendData(bytes);
        }

        Span<byte> head = stackalloc byte[HeadLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], json.Length);
        Put(head);
        Put(json);
        foreach (float[] numbers in new[] { network.Parameters, network.Buffers, network.FeatureMean, network.FeatureFactor })
            Put(LittleEndian(numbers));
        writer.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static NeuralNetworkTransformer Read(IHostEnvironment environment, byte[] bytes)
    {
        if (bytes.Length < HeadLength + SHA256.HashSizeInBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw Damaged("it does not start like one of ours");
        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (version != Version)
            throw new InvalidDataException(version > Version
                ? $"The model was saved in format {version}; this version of MLExtensions reads formats up to {Version}. Update the package MLExtensions."
                : $"The model file is damaged: it says format {version}.");
        ReadOnlySpan<byte> body = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes.AsSpan(body.Length)))
            throw Damaged("its checksum does not fit its content");
        int jsonLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        if (jsonLength < 0 || jsonLength > body.Length - HeadLength)
            throw Damaged("its JSON is longer than the file");
        NetworkHeader header = Header(body.Slice(HeadLength, jsonLength));
        return Assemble(environment, header, body[(HeadLength + jsonLength)..]);
    }

    private static NeuralNetworkTransformer Assemble(IHostEnvironment environment, NetworkHeader header, ReadOnlySpan<byte> numbers)
    {
        ParameterLayout layout = LayoutOf(header);
        long expected = 4 * ((long)layout.ParameterCount + layout.BufferCount + (header.Standardized ? 2L * header.InputWidth : 0));
        if (numbers.Length != expected)
            throw Damaged($"its recipe needs {expected} bytes of numbers, and it has {numbers.Length}");
        int at = 0;
        float[] parameters = Take(numbers, ref at, layout.ParameterCount);
        float[] buffers = Take(numbers, ref at, layout.BufferCount);
        float[] mean = Take(numbers, ref at, header.Standardized ? header.InputWidth : 0);
        float[] factor = Take(numbers, ref at, header.Standardized ? header.InputWidth : 0);
        var network = new FittedNetwork(header.Task, header.Architecture, header.InputWidth, header.OutputWidth, parameters, buffers, header.Report)
        {
            TargetMean = header.TargetMean,
            TargetScale = header.TargetScale,
            FeatureMean = mean,
            FeatureFactor = factor,
        };
        return new NeuralNetworkTransformer(environment, network, header.Columns, LabelsOf(header));
    }

    private static NetworkHeader HeaderOf(FittedNetwork network, ScoreColumnNames columns, LabelValues? labels) => new()
    {
        Task = network.Task,
        Architecture = network.Architecture,
        InputWidth = network.InputWidth,
        OutputWidth = network.OutputWidth,
        Columns = columns,
        TargetMean = network.TargetMean,
        TargetScale = network.TargetScale,
        Standardized = network.FeatureMean.Length > 0,
        LabelType = labels?.TypeName,
        Labels = labels?.ToTexts(),
        Report = network.Report,
    };

    private static NetworkHeader Header(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<NetworkHeader>(json, Json) ?? throw Damaged("its JSON is empty");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw Damaged("its JSON cannot be read: " + e.Message);
        }
    }

    private static ParameterLayout LayoutOf(NetworkHeader header)
    {
        var faults = new List<string>();
        header.Check(faults);
        if (faults.Count > 0)
            throw Damaged(string.Join(" ", faults).TrimEnd('.'));
        try
        {
            return ParameterLayout.Of(header.Architecture, header.InputWidth, header.OutputWidth);
        }
        catch (OverflowException)
        {
            throw Damaged("its recipe has too many parameters");
        }
    }

    private static LabelValues? LabelsOf(NetworkHeader header)
    {
        if (header.LabelType is null || header.Labels is null)
            return null;
        try
        {
            return LabelValues.FromTexts(header.LabelType, header.Labels);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw Damaged("its labels cannot be read: " + e.Message);
        }
    }

    private static byte[] LittleEndian(float[] numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(float)];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        return bytes;
    }

    private static float[] Take(ReadOnlySpan<byte> bytes, ref int at, int count)
    {
        var numbers = new float[count];
        if (BitConverter.IsLittleEndian)
            bytes.Slice(at, count * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(numbers.AsSpan()));
        else
            for (int i = 0; i < count; i++)
                numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(at + i * sizeof(float))..]);
        at += count * sizeof(float);
        return numbers;
    }

    private static InvalidDataException Damaged(string why) => new($"The model file is damaged: {why}. Save the model again, or take another copy of the file.");
}
