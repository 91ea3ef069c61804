using System.Numerics;

namespace MLExtensions;

/// <summary>Finds values that are not finite.</summary>
internal static class NotFinite
{
    /// <summary>The index of the first NaN or infinity, or −1.</summary>
    public static int FirstIn<T>(ReadOnlySpan<T> values)
        where T : struct, IFloatingPointIeee754<T>
    {
        // x − x is 0 for finite x and NaN otherwise; NaN spreads through a sum
        Vector<T> sum = Vector<T>.Zero, other = Vector<T>.Zero;
        int i = 0, two = 2 * Vector<T>.Count;
        for (; i + two <= values.Length; i += two) // two sums: one alone would wait for itself
        {
            Vector<T> x = new(values[i..]), y = new(values[(i + Vector<T>.Count)..]);
            sum += x - x;
            other += y - y;
        }

        sum += other;

        if (Vector.EqualsAll(sum, sum))
        {
            for (; i < values.Length; i++)
                if (!T.IsFinite(values[i]))
                    return i;
            return -1;
        }

        for (i = 0; i < values.Length; i++)
            if (!T.IsFinite(values[i]))
                return i;
        return -1;
    }
}
