using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Scoring;

/// <summary>Layer normalisation of one row, in place: γ (z - mean) / sqrt(variance + 1e-5) + β over the row's units, with the biased variance.</summary>
internal static class LayerNormalizer
{
    private const float Epsilon = 1e-5f;

    /// <summary>Normalises a padded row of a layer.</summary>
    public static void Apply(DenseLayer layer, Span<float> row)
    {
        Span<float> units = row[..layer.Outputs];
        float mean = Sum(units, 0, square: false) / units.Length;
        float variance = Sum(units, mean, square: true) / units.Length;
        float factor = 1 / MathF.Sqrt(variance + Epsilon);
        ref float start = ref row[0];
        for (int i = 0; i < row.Length; i += DenseLayer.Lane)
        {
            Vector512<float> z = (Vector512.LoadUnsafe(ref start, (nuint)i) - Vector512.Create(mean)) * factor;
            ((z * Vector512.Create(layer.Scale[i..])) + Vector512.Create(layer.Shift[i..])).StoreUnsafe(ref start, (nuint)i);
        }
    }

    /// <summary>The sum of (value - origin), or of its squares, in an order that depends on the length only.</summary>
    private static float Sum(ReadOnlySpan<float> values, float origin, bool square)
    {
        Vector512<float> sums = Vector512<float>.Zero;
        int i = 0;
        for (; i + DenseLayer.Lane <= values.Length; i += DenseLayer.Lane)
        {
            Vector512<float> difference = Vector512.Create(values[i..]) - Vector512.Create(origin);
            sums += square ? difference * difference : difference;
        }

        float sum = Vector512.Sum(sums);
        for (; i < values.Length; i++)
            sum += square ? (values[i] - origin) * (values[i] - origin) : values[i] - origin;
        return sum;
    }
}
