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
        var sum = Vector<T>.Zero;
        int i = 0;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count)
        {
            var x = new Vector<T>(values[i..]);
            sum += x - x;
        }

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
