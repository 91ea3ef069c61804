using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>Writes bytes and float32 numbers, little-endian, and in the end their SHA-256.</summary>
internal sealed class ChecksumWriter(BinaryWriter writer) : IDisposable
{
    private const int Chunk = 16 * 1024; // numbers

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes);
        _hash.AppendData(bytes);
    }

    public void Write(float[] numbers)
    {
        // Piece by piece: all bytes of a big net would be a second copy of it, and do not fit in one array from 2^29 numbers.
        var bytes = new byte[Math.Min(Chunk, numbers.Length) * sizeof(float)];
        for (int start = 0; start < numbers.Length; start += Chunk)
        {
            ReadOnlySpan<float> piece = numbers.AsSpan(start, Math.Min(Chunk, numbers.Length - start));
            for (int i = 0; i < piece.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), piece[i]);
            Write(bytes.AsSpan(0, piece.Length * sizeof(float)));
        }
    }

    public void WriteChecksum() => writer.Write(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
