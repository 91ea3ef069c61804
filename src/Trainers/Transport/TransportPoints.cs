namespace MLExtensions;

/// <summary>Points between which mass is transported: one row per point, all of the same width.</summary>
public sealed class TransportPoints
{
    private TransportPoints(ReadOnlyMemory<float> singles, ReadOnlyMemory<double> doubles, int length, int width)
    {
        if (width < 1)
            throw new ArgumentException($"Points of width {width}; a point has at least one coordinate.", nameof(width));
        if (length == 0 || length % width != 0)
            throw new ArgumentException(
                $"{length} values are not rows of {width} coordinates. Give the points row by row, at least one, with {width} values each.", nameof(width));
        (Singles, Doubles, Width, Count) = (singles, doubles, width, length / width);
    }

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>Coordinates per point.</summary>
    public int Width { get; }

    /// <summary>Whether the coordinates are float64.</summary>
    public bool IsDouble => Singles.IsEmpty;

    internal ReadOnlyMemory<float> Singles { get; }

    internal ReadOnlyMemory<double> Doubles { get; }

    /// <summary>Points from float32 values; they are not copied, so leave them unchanged while they are used.</summary>
    /// <param name="values">[count, width], row by row.</param>
    /// <param name="width">Coordinates per point.</param>
    /// <exception cref="ArgumentException">The values do not make whole rows.</exception>
    public static TransportPoints From(ReadOnlyMemory<float> values, int width) => new(values, default, values.Length, width);

    /// <summary>Points from float64 values; they are not copied, so leave them unchanged while they are used.</summary>
    /// <param name="values">[count, width], row by row.</param>
    /// <param name="width">Coordinates per point.</param>
    /// <exception cref="ArgumentException">The values do not make whole rows.</exception>
    public static TransportPoints From(ReadOnlyMemory<double> values, int width) => new(default, values, values.Length, width);

    /// <summary>Copies the coordinates of one point.</summary>
    /// <param name="index">0-based.</param>
    /// <param name="destination">At least <see cref="Width"/> values.</param>
    public void CopyPoint(int index, Span<double> destination)
    {
        if (IsDouble)
        {
            Doubles.Span.Slice(index * Width, Width).CopyTo(destination);
            return;
        }

        ReadOnlySpan<float> row = Singles.Span.Slice(index * Width, Width);
        for (int k = 0; k < Width; k++)
            destination[k] = row[k];
    }

    /// <summary>The first point with a coordinate that is not finite, or −1.</summary>
    internal int FirstNotFinite()
    {
        int at = IsDouble ? NotFinite.FirstIn(Doubles.Span) : NotFinite.FirstIn(Singles.Span);
        return at < 0 ? -1 : at / Width;
    }
}
