using System.Numerics;
using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Training;

/// <summary>Numbers that are whole from 0 to 255, as pixels are, kept as bytes: a quarter of the memory, and the same numbers again afterwards.</summary>
internal static class ByteValues
{
    /// <summary>Packs a row; false, with <paramref name="bytes"/> in any state, where a number is something else.</summary>
    public static bool TryPack(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        int width = Vector<float>.Count, at = 0;
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var most = new Vector<float>(byte.MaxValue);
        for (int i = 0; i + 4 <= vectors.Length; i += 4, at += 4 * width)
        {
            Vector<int> a = Vector.ConvertToInt32(vectors[i]), b = Vector.ConvertToInt32(vectors[i + 1]);
            Vector<int> c = Vector.ConvertToInt32(vectors[i + 2]), d = Vector.ConvertToInt32(vectors[i + 3]);
            if (!Whole(vectors[i], a, most) || !Whole(vectors[i + 1], b, most) || !Whole(vectors[i + 2], c, most) || !Whole(vectors[i + 3], d, most))
                return false;
            Vector.Narrow(Vector.Narrow(a.As<int, uint>(), b.As<int, uint>()), Vector.Narrow(c.As<int, uint>(), d.As<int, uint>())).CopyTo(bytes[at..]);
        }

        for (; at < values.Length; at++)
        {
            float value = values[at];
            if (!(value >= 0 && value <= byte.MaxValue && value == MathF.Floor(value)))
                return false;
            bytes[at] = (byte)value;
        }

        return true;
    }

    private static bool Whole(Vector<float> values, Vector<int> numbers, Vector<float> most) =>
        Vector.EqualsAll(Vector.ConvertToSingle(numbers), values) && Vector.GreaterThanOrEqualAll(values, Vector<float>.Zero) && Vector.LessThanOrEqualAll(values, most);
}
