using System.Buffers.Binary;
using System.Globalization;

namespace MLExtensions.Trainers.Tests;

/// <summary>Reads the files of golden data.</summary>
internal static class GoldenReader
{
    /// <summary>The lines of a CSV file as columns by name.</summary>
    public static IReadOnlyList<Dictionary<string, string>> Csv(string path)
    {
        string[] lines = File.ReadAllLines(path);
        string[] names = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => names.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The float64 numbers of an npy file.</summary>
    public static double[] Npy(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int start = 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        var values = new double[(bytes.Length - start) / 8];
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(start + (8 * i)));
        return values;
    }
}
