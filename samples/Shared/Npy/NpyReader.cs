using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace MLExtensions.Samples.Shared.Npy;

/// <summary>
/// Reads matrices and vectors of float32 or float64 from .npy files (little-endian, C order, format 1 to 3), as numpy.save writes them. A reader of our own, as the
/// one package that reads them brings a whole array library along.
/// </summary>
public static partial class NpyReader
{
    private const int MaxHeader = 1 << 16;
    private const int Piece = 1 << 16;
    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file.</summary>
    /// <exception cref="SampleInputException">The file is missing, unreadable, not of this kind, or ends too early.</exception>
    public static NpyMatrix Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot read '{path}': {e.Message}", e);
        }
    }

    private static NpyMatrix Read(FileStream file, string path)
    {
        byte[] start = Take(file, path, Magic.Length + 2, "its header");
        if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new SampleInputException($"'{path}' is no .npy file: it does not start with the bytes of one. Write it with numpy.save.");
        int version = start[Magic.Length];
        if (version is < 1 or > 3)
            throw new SampleInputException($"'{path}' has the .npy format {version}.{start[Magic.Length + 1]}; this program reads 1 to 3. Write it with numpy.save.");
        byte[] length = Take(file, path, version == 1 ? 2 : 4, "its header");
        long headerLength = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(length) : BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (headerLength > MaxHeader)
            throw new SampleInputException($"'{path}' announces a header of {headerLength} bytes; the file seems to be damaged. Get it again.");
        string header = Encoding.UTF8.GetString(Take(file, path, (int)headerLength, "its header"));

        int size = ItemSize(path, Entry(header, TypePattern(), path, "descr"));
        if (Entry(header, OrderPattern(), path, "fortran_order") != "False")
            throw new SampleInputException($"'{path}' is in Fortran order (column by column); this program reads C order. Save numpy.ascontiguousarray(a).");
        var (rows, columns) = Shape(path, Entry(header, ShapePattern(), path, "shape"));
        return new NpyMatrix(rows, columns, Values(file, path, (long)rows * columns, size));
    }

    private static int ItemSize(string path, string type) => type switch
    {
        "<f4" => sizeof(float),
        "<f8" => sizeof(double),
        _ => throw new SampleInputException(
            $"'{path}' holds numbers of type '{type}'; this program reads '<f4' (float32) and '<f8' (float64), little-endian. Save a.astype('<f8')."),
    };

    private static (int Rows, int Columns) Shape(string path, string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var sizes = new List<int>();
        foreach (string part in parts)
            sizes.Add(int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int size) ? size : -1);
        if (sizes.Count is < 1 or > 2 || sizes.Any(size => size < 1))
            throw new SampleInputException($"'{path}' has the shape ({text}); this program reads matrices and vectors with at least one value, (rows, columns).");
        if ((long)sizes[0] * (sizes.Count == 2 ? sizes[1] : 1) > Array.MaxLength)
            throw new SampleInputException($"'{path}' has the shape ({text}), more values than fit in memory; take fewer rows.");
        return (sizes[0], sizes.Count == 2 ? sizes[1] : 1);
    }

    private static double[] Values(FileStream file, string path, long count, int size)
    {
        // before memory is asked for: a damaged header may announce anything
        long there = file.Length - file.Position;
        if (there != count * size)
            throw new SampleInputException(
                $"'{path}' announces {count} values of {size} bytes, but {there} bytes follow its header instead of {count * size}. Get the file again.");
        var values = new double[count];
        for (long at = 0; at < count; at += Piece)
        {
            int piece = (int)Math.Min(Piece, count - at);
            byte[] bytes = Take(file, path, piece * size, "its values");
            for (int i = 0; i < piece; i++)
                values[at + i] = size == sizeof(float)
                    ? BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * size))
                    : BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * size));
        }

        return values;
    }

    private static string Entry(string header, Regex pattern, string path, string name) => pattern.Match(header) is { Success: true } match
        ? match.Groups[1].Value
        : throw new SampleInputException($"'{path}' has a header without a readable '{name}'; the file seems to be damaged, or holds a structured type. Get it again.");

    private static byte[] Take(FileStream file, string path, int count, string what)
    {
        var bytes = new byte[count];
        if (file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count)
            throw new SampleInputException($"'{path}' ends within {what}; it is truncated. Get the file again.");
        return bytes;
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([^']*)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([^)]*)\\)")]
    private static partial Regex ShapePattern();
}
