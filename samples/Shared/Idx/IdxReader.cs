using System.Buffers.Binary;
using System.IO.Compression;

namespace MLExtensions.Samples.Shared.Idx;

/// <summary>
/// Reads the IDX files of MNIST and its relatives: a big-endian header (magic number, counts), then one byte per value. Files that end in .gz are unpacked.
/// </summary>
public static class IdxReader
{
    private const int ImageMagic = 2051;
    private const int LabelMagic = 2049;
    private const int MaxSide = 4096;

    /// <summary>Reads pictures, one byte per pixel.</summary>
    /// <exception cref="SampleInputException">The file is missing, unreadable, not a picture file, or ends too early.</exception>
    public static IdxImages ReadImages(string path)
    {
        using var file = Open(path);
        int[] header = ReadHeader(file, path, ImageMagic, "pictures", counts: 3);
        var (count, rows, columns) = (header[0], header[1], header[2]);
        if (rows is < 1 or > MaxSide || columns is < 1 or > MaxSide)
            throw new SampleInputException(
                $"'{path}' announces pictures of {rows} x {columns} pixels; allowed are 1 to {MaxSide} per side. The file seems to be damaged.");
        var images = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            images.Add(ReadBytes(file, path, rows * columns,
                () => $"its header announces {count} pictures of {rows} x {columns} bytes, but it ends in picture {images.Count + 1}"));
        }
        CheckEnd(file, path);
        return new IdxImages(rows, columns, images);
    }

    /// <summary>Reads labels, one byte each.</summary>
    /// <exception cref="SampleInputException">The file is missing, unreadable, not a label file, or ends too early.</exception>
    public static IReadOnlyList<byte> ReadLabels(string path)
    {
        using var file = Open(path);
        int count = ReadHeader(file, path, LabelMagic, "labels", counts: 1)[0];
        var labels = new List<byte>();
        const int Piece = 4096;
        while (labels.Count < count)
        {
            int piece = Math.Min(Piece, count - labels.Count);
            labels.AddRange(ReadBytes(file, path, piece, () => $"its header announces {count} labels, but it ends before that"));
        }
        CheckEnd(file, path);
        return labels;
    }

    private static Stream Open(string path)
    {
        try
        {
            var file = new BufferedStream(File.OpenRead(path), 1 << 16);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot open '{path}': {e.Message}", e);
        }
    }

    private static int[] ReadHeader(Stream file, string path, int magic, string what, int counts)
    {
        int found = ReadInt(file, path);
        if (found != magic)
        {
            string also = found switch { ImageMagic => " (that of pictures)", LabelMagic => " (that of labels)", _ => "" };
            throw new SampleInputException(
                $"'{path}' starts with the number {found}{also}; a file of {what} starts with {magic}. Check that it is an IDX file and the right one.");
        }
        var header = new int[counts];
        for (int i = 0; i < counts; i++)
        {
            header[i] = ReadInt(file, path);
            if (header[i] < 0)
                throw new SampleInputException($"'{path}' announces a count of {header[i]}; the file seems to be damaged.");
        }
        return header;
    }

    private static int ReadInt(Stream file, string path) =>
        BinaryPrimitives.ReadInt32BigEndian(ReadBytes(file, path, sizeof(int), () => "it ends within its header"));

    private static byte[] ReadBytes(Stream file, string path, int count, Func<string> shortage)
    {
        var bytes = new byte[count];
        try
        {
            if (file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count)
                throw new SampleInputException($"'{path}' is too short: {shortage()}. Get the file again.");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot read '{path}': {e.Message} Get the file again.", e);
        }
        return bytes;
    }

    private static void CheckEnd(Stream file, string path)
    {
        if (file.ReadByte() >= 0)
            throw new SampleInputException($"'{path}' goes on after the last value that its header announces. Get the file again.");
    }
}
