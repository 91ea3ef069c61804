using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>Reads what <see cref="ChecksumWriter"/> wrote, from a stream that can seek; holds no more of it than is asked for.</summary>
internal sealed class ChecksumReader(Stream stream)
{
    private const int Chunk = 64 * 1024; // bytes

    /// <summary>Bytes from the start to the checksum; negative when there is no room for one.</summary>
    public long Length { get; } = stream.Length - SHA256.HashSizeInBytes;

    /// <summary>Bytes from here to the checksum.</summary>
    public long Left => Length - stream.Position;

    /// <summary>Whether the checksum fits all that stands before it. The place in the stream stays.</summary>
    public bool IsIntact()
    {
        long place = stream.Position;
        stream.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new byte[Chunk];
        while (Left > 0)
        {
            Span<byte> piece = bytes.AsSpan(0, (int)Math.Min(Chunk, Left));
            stream.ReadExactly(piece);
            hash.AppendData(piece);
        }

        byte[] checksum = Read(SHA256.HashSizeInBytes);
        stream.Position = place;
        return hash.GetHashAndReset().AsSpan().SequenceEqual(checksum);
    }

    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public float[] ReadNumbers(int count)
    {
        var numbers = new float[count];
        var bytes = new byte[Math.Min(Chunk, (long)count * sizeof(float))];
        for (int start = 0; start < count; start += Chunk / sizeof(float))
        {
            Span<float> piece = numbers.AsSpan(start, Math.Min(Chunk / sizeof(float), count - start));
            stream.ReadExactly(bytes, 0, piece.Length * sizeof(float));
            for (int i = 0; i < piece.Length; i++)
                piece[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return numbers;
    }
}
