using System.Security.Cryptography;
using System.Text;

namespace MLExtensions;

/// <summary>The saved form of class means: magic, version, shape, counts, sums, SHA-256 of all that; little-endian.</summary>
internal static class ClassMeansFile
{
    private const string Magic = "MLXCMEAN";
    private const int Version = 1;
    private const int MaxPiece = 1 << 16;

    /// <summary>Writes.</summary>
    public static void Write(Stream stream, ClassMeans means)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Put(byte[] bytes)
        {
            stream.Write(bytes);
            hash.AppendData(bytes);
        }

        Put(Encoding.ASCII.GetBytes(Magic));
        Put(LittleEndian([Version, means.ClassCount, means.Width]));
        foreach (long[] piece in means.Counts.Chunk(MaxPiece / sizeof(long)))
            Put(LittleEndian(piece));
        for (int at = 0; at < means.Sums.Length; at += MaxPiece / sizeof(double))
        {
            ReadOnlySpan<double> piece = means.Sums.Slice(at, Math.Min(MaxPiece / sizeof(double), means.Sums.Length - at));
            var bits = new long[piece.Length];
            for (int i = 0; i < bits.Length; i++)
                bits[i] = BitConverter.DoubleToInt64Bits(piece[i]);
            Put(LittleEndian(bits));
        }

        stream.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads and checks; memory grows with what is there, not with what the header says.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged or holds something else.</exception>
    public static (int Classes, int Width, double[] Sums, long[] Counts) Read(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] Take(int count)
        {
            var bytes = new byte[count];
            if (stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count)
                throw new InvalidDataException("Saved class means end too early; the file is damaged. Save them again.");
            hash.AppendData(bytes);
            return bytes;
        }

        List<long> TakeMany(long count)
        {
            var all = new List<long>();
            for (long left = count; left > 0; left -= MaxPiece / sizeof(long))
                all.AddRange(Numbers(Take((int)Math.Min(MaxPiece, left * sizeof(long)))));
            return all;
        }

        if (Encoding.ASCII.GetString(Take(Magic.Length)) != Magic)
            throw new InvalidDataException("These are no saved class means: the first bytes are others. Give a file that ClassMeans.Save has written.");
        long[] header = Numbers(Take(3 * sizeof(long)));
        if (header[0] != Version)
            throw new InvalidDataException($"Saved class means of format {header[0]}; this version reads format {Version}. Use a newer MLExtensions.");
        if (header[1] is < 1 or > int.MaxValue || header[2] is < 1 or > int.MaxValue || header[1] * header[2] > Array.MaxLength)
            throw new InvalidDataException($"Saved class means announce {header[1]} classes of {header[2]} values; the file is damaged. Save them again.");
        long[] counts = [.. TakeMany(header[1])];
        double[] sums = [.. TakeMany(header[1] * header[2]).Select(BitConverter.Int64BitsToDouble)];
        byte[] expected = hash.GetHashAndReset();
        if (!Take(expected.Length).AsSpan().SequenceEqual(expected))
            throw new InvalidDataException("Saved class means do not match their checksum; the file is damaged. Save them again.");
        return ((int)header[1], (int)header[2], sums, counts);
    }

    private static byte[] LittleEndian(ReadOnlySpan<long> numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(long)];
        for (int i = 0; i < numbers.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
        return bytes;
    }

    private static long[] Numbers(byte[] bytes)
    {
        var numbers = new long[bytes.Length / sizeof(long)];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        return numbers;
    }
}
