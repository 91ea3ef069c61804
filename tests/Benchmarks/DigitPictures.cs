using System.Globalization;

namespace MLExtensions.Benchmarks;

/// <summary>Real pictures of 28 x 28: MNIST and Fashion-MNIST as one source of 20 classes, optical digits drawn up as a target.</summary>
internal static class DigitPictures
{
    private const int Side = 28, SmallSide = 8, Box = 20;

    /// <summary>"mnist 0" to "mnist 9" and "fashion 0" to "fashion 9", so many rows of each.</summary>
    public static List<NamedPixelRow> Source(string data, int rowsPerClass) => [.. FromIdx(data, "mnist", rowsPerClass), .. FromIdx(data, "fashion-mnist", rowsPerClass)];

    /// <summary>Optical digits "0" to "9": 8 x 8 pictures drawn up to a box of 20 x 20 in the middle.</summary>
    public static List<NamedPixelRow> OpticalDigits(string data, string part) => [.. File.ReadLines(Path.Combine(data, "tabular", "optdigits", $"optdigits-{part}.csv")).Select(line =>
    {
        string[] cells = line.Split(',');
        return new NamedPixelRow { Features = Enlarge(Array.ConvertAll(cells[..64], cell => float.Parse(cell, CultureInfo.InvariantCulture) / 16)), Class = cells[64] };
    })];

    private static IEnumerable<NamedPixelRow> FromIdx(string data, string set, int rowsPerClass)
    {
        (float[] pixels, float[] labels) = IdxFiles.Read(Path.Combine(data, set), "train");
        var taken = new int[10];
        for (int i = 0; i < labels.Length; i++)
            if (taken[(int)labels[i]]++ < rowsPerClass)
                yield return new NamedPixelRow { Features = pixels.AsSpan(i * 784, 784).ToArray(), Class = $"{set.Split('-')[0]} {labels[i]}" };
    }

    // Bilinear, with pixel centres aligned.
    private static float[] Enlarge(float[] small)
    {
        var large = new float[Side * Side];
        float At(int x, int y) => small[Math.Clamp(y, 0, SmallSide - 1) * SmallSide + Math.Clamp(x, 0, SmallSide - 1)];
        for (int y = 0; y < Box; y++)
            for (int x = 0; x < Box; x++)
            {
                float fromX = (x + 0.5f) * SmallSide / Box - 0.5f, fromY = (y + 0.5f) * SmallSide / Box - 0.5f;
                int left = (int)MathF.Floor(fromX), top = (int)MathF.Floor(fromY);
                float u = fromX - left, v = fromY - top;
                large[(y + 4) * Side + x + 4] = (1 - v) * ((1 - u) * At(left, top) + u * At(left + 1, top)) + v * ((1 - u) * At(left, top + 1) + u * At(left + 1, top + 1));
            }

        return large;
    }
}
