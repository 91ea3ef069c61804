using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
#if !NET9_0_OR_GREATER
using System.Runtime.Intrinsics.X86;
#endif

namespace MLExtensions.Trainers.Transport;

/// <summary>Vector arithmetic for float32 and float64 alike. Where the processor lacks 512 bits, the runtime makes two or four narrower operations of each.</summary>
internal static unsafe class Lanes
{
    private const float FloatMagic = 12582912f;          // 1.5 · 2^23: adding it rounds to an integer, kept in the low bits
    private const double DoubleMagic = 6755399441055744; // 1.5 · 2^52

    /// <summary>a b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c)
    {
        if (typeof(T) == typeof(float))
        {
#if NET9_0_OR_GREATER
            return Vector512.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
#else
            return Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>() : (a * b) + c;
#endif
        }

#if NET9_0_OR_GREATER
        return Vector512.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
#else
        return Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>() : (a * b) + c;
#endif
    }

    /// <summary>
    /// e^x to the last bit or two; 0 below the range of normal numbers, held at its upper end.
    /// x = n log 2 + r with |r| ≤ log 2 / 2, a polynomial in r, and n added to the exponent's bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Exp<T>(Vector512<T> x) =>
        typeof(T) == typeof(float) ? ExpSingle(x.AsSingle()).As<float, T>() : ExpDouble(x.AsDouble()).As<double, T>();

    /// <summary>A value in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> All<T>(double value) =>
        typeof(T) == typeof(float) ? Vector512.Create((float)value).As<float, T>() : Vector512.Create(value).As<double, T>();

    /// <summary>The lanes' sum, in float64.</summary>
    public static double Sum<T>(Vector512<T> x)
    {
        if (typeof(T) == typeof(double))
            return Vector512.Sum(x.AsDouble());
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(x.AsSingle());
        return Vector512.Sum(low + high);
    }

    /// <summary>The largest lane.</summary>
    public static double Max<T>(Vector512<T> x)
    {
        double max = double.NegativeInfinity;
        for (int i = 0; i < Vector512<T>.Count; i++)
            max = Math.Max(max, ToDouble(x.GetElement(i)));
        return max;
    }

    /// <summary>Widens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble<T>(T value) => typeof(T) == typeof(float) ? (float)(object)value! : (double)(object)value!;

    /// <summary>Rounds to T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FromDouble<T>(double value) => typeof(T) == typeof(float) ? (T)(object)(float)value : (T)(object)value;

    /// <summary>Copies float64 values, rounded to T.</summary>
    public static void Fill<T>(T* destination, ReadOnlySpan<double> values)
        where T : unmanaged
    {
        for (int i = 0; i < values.Length; i++)
            destination[i] = FromDouble<T>(values[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpSingle(Vector512<float> x)
    {
        Vector512<float> magic = Vector512.Create(FloatMagic);
        Vector512<float> held = Vector512.Max(Vector512.Min(x, Vector512.Create(88f)), Vector512.Create(-87.3f));
        Vector512<float> shifted = MultiplyAdd(held, Vector512.Create(1.44269504f), magic);
        Vector512<float> n = shifted - magic;
        Vector512<float> r = MultiplyAdd(n, Vector512.Create(-0.693359375f), held);
        r = MultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        Vector512<float> p = MultiplyAdd(Vector512.Create(1.9875691500e-4f), r, Vector512.Create(1.3981999507e-3f));
        p = MultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = MultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = MultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = MultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = MultiplyAdd(p, r * r, r + Vector512<float>.One);
        Vector512<float> scaled = (p.AsInt32() + Vector512.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(-87.3f)), Vector512<float>.Zero, scaled);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ExpDouble(Vector512<double> x)
    {
        Vector512<double> magic = Vector512.Create(DoubleMagic);
        Vector512<double> held = Vector512.Max(Vector512.Min(x, Vector512.Create(709.0)), Vector512.Create(-708.3));
        Vector512<double> shifted = MultiplyAdd(held, Vector512.Create(1.4426950408889634), magic);
        Vector512<double> n = shifted - magic;
        Vector512<double> r = MultiplyAdd(n, Vector512.Create(-0.693145751953125), held);
        r = MultiplyAdd(n, Vector512.Create(-1.42860682030941723212e-6), r);
        Vector512<double> p = MultiplyAdd(Vector512.Create(1.0 / 6227020800), r, Vector512.Create(1.0 / 479001600));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 39916800));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 3628800));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 362880));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 40320));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 5040));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 720));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 120));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 24));
        p = MultiplyAdd(p, r, Vector512.Create(1.0 / 6));
        p = MultiplyAdd(p, r, Vector512.Create(0.5));
        p = MultiplyAdd(p, r * r, r + Vector512<double>.One);
        Vector512<double> scaled = (p.AsInt64() + Vector512.ShiftLeft(shifted.AsInt64(), 52)).AsDouble();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(-708.3)), Vector512<double>.Zero, scaled);
    }
}
