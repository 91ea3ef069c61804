using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MLExtensions.Trainers.WeightFiles;

/// <summary>Writes a safetensors file of float32 tensors: to a temporary file that is renamed, so that no reader finds half of one.</summary>
internal static class WeightFileWriter
{
    private const int Alignment = 8;

    /// <summary>Writes a file, replacing an older one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Names, each once; shapes; numbers with the last index fastest.</param>
    /// <param name="metadata">Notes for the reader.</param>
    /// <exception cref="IOException">No space, or no folder.</exception>
    public static void Write(string path, IReadOnlyList<NamedWeights> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        byte[] header = Header(tensors, metadata);
        string temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                file.Write(length);
                file.Write(header);
                foreach (NamedWeights tensor in tensors)
                    file.Write(MemoryMarshal.AsBytes(tensor.Values.Span));
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw;
        }
    }

    private static byte[] Header(IReadOnlyList<NamedWeights> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string name, string value) in metadata)
                json.WriteString(name, value);
            json.WriteEndObject();
            long offset = 0;
            foreach (NamedWeights tensor in tensors)
            {
                long end = offset + (tensor.Values.Length * 4L);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (Alignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
