using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Transport;

/// <summary>The vector loops over a tile while it is in the cache. All lengths are whole vectors.</summary>
internal static unsafe class Sweeps
{
    private const int Block = 4096; // columns whose float32 sums stay accurate

    /// <summary>Turns a row's t into exponents: slope · t + row + column, or row + column − slope · sqrt(rowSquare + columnSquare − 2 t).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exponents<T>(T* t, int length, in RowExponent<T> e)
        where T : unmanaged
    {
        for (int j = 0; j < length; j += Vector512<T>.Count)
            Exponent(t + j, e.Column + j, e.ColumnSquare + j, e).Store(t + j);
    }

    /// <summary>Turns a row's t into kernel entries e^exponent; returns their sum weighted by v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Kernel<T>(T* t, int length, in RowExponent<T> e, T* v)
        where T : unmanaged
    {
        double total = 0;
        for (int first = 0; first < length; first += Block)
        {
            int end = Math.Min(length, first + Block);
            Vector512<T> sum = default;
            for (int j = first; j < end; j += Vector512<T>.Count)
            {
                Vector512<T> k = Lanes.Exp(Exponent(t + j, e.Column + j, e.ColumnSquare + j, e));
                k.Store(t + j);
                sum = Lanes.MultiplyAdd(k, Vector512.Load(v + j), sum);
            }

            total += Lanes.Sum(sum);
        }

        return total;
    }

    /// <summary>Sums of four kernel rows weighted by v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dot4<T>(T* k, long stride, int length, T* v, double* sums)
        where T : unmanaged
    {
        sums[0] = sums[1] = sums[2] = sums[3] = 0;
        T* k1 = k + stride, k2 = k1 + stride, k3 = k2 + stride;
        for (int first = 0; first < length; first += Block)
        {
            int end = Math.Min(length, first + Block);
            Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default;
            for (int j = first; j < end; j += Vector512<T>.Count)
            {
                Vector512<T> w = Vector512.Load(v + j);
                s0 = Lanes.MultiplyAdd(Vector512.Load(k + j), w, s0);
                s1 = Lanes.MultiplyAdd(Vector512.Load(k1 + j), w, s1);
                s2 = Lanes.MultiplyAdd(Vector512.Load(k2 + j), w, s2);
                s3 = Lanes.MultiplyAdd(Vector512.Load(k3 + j), w, s3);
            }

            sums[0] += Lanes.Sum(s0);
            sums[1] += Lanes.Sum(s1);
            sums[2] += Lanes.Sum(s2);
            sums[3] += Lanes.Sum(s3);
        }
    }

    /// <summary>Adds four kernel rows, times u, to column sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate4<T>(T* k, long stride, int length, double* u, T* sums)
        where T : unmanaged
    {
        T* k1 = k + stride, k2 = k1 + stride, k3 = k2 + stride;
        Vector512<T> u0 = Lanes.All<T>(u[0]), u1 = Lanes.All<T>(u[1]), u2 = Lanes.All<T>(u[2]), u3 = Lanes.All<T>(u[3]);
        for (int j = 0; j < length; j += Vector512<T>.Count)
        {
            Vector512<T> sum = Lanes.MultiplyAdd(Vector512.Load(k + j), u0, Vector512.Load(sums + j));
            sum = Lanes.MultiplyAdd(Vector512.Load(k1 + j), u1, sum);
            sum = Lanes.MultiplyAdd(Vector512.Load(k2 + j), u2, sum);
            Lanes.MultiplyAdd(Vector512.Load(k3 + j), u3, sum).Store(sums + j);
        }
    }

    /// <summary>Adds float32 or float64 sums to float64 ones and clears them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Flush<T>(T* sums, int length, double* totals)
        where T : unmanaged
    {
        for (int j = 0; j < length; j += Vector512<T>.Count)
        {
            if (typeof(T) == typeof(float))
            {
                var (low, high) = Vector512.Widen(Vector512.Load((float*)sums + j));
                (Vector512.Load(totals + j) + low).Store(totals + j);
                (Vector512.Load(totals + j + 8) + high).Store(totals + j + 8);
            }
            else
            {
                (Vector512.Load(totals + j) + Vector512.Load((double*)sums + j)).Store(totals + j);
            }

            Vector512<T>.Zero.Store(sums + j);
        }
    }

    /// <summary>The largest of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Max<T>(T* x, int length)
        where T : unmanaged
    {
        Vector512<T> max = Vector512.Load(x);
        for (int j = Vector512<T>.Count; j < length; j += Vector512<T>.Count)
            max = Vector512.Max(max, Vector512.Load(x + j));
        return Lanes.Max(max);
    }

    /// <summary>Σ e^(x − shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumExp<T>(T* x, int length, double shift)
        where T : unmanaged
    {
        double total = 0;
        Vector512<T> by = Lanes.All<T>(shift);
        for (int first = 0; first < length; first += Block)
        {
            int end = Math.Min(length, first + Block);
            Vector512<T> sum = default;
            for (int j = first; j < end; j += Vector512<T>.Count)
                sum += Lanes.Exp(Vector512.Load(x + j) - by);
            total += Lanes.Sum(sum);
        }

        return total;
    }

    /// <summary>Raises column maxima to the largest of x + add.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RaiseMax<T>(T* x, int length, double add, T* max)
        where T : unmanaged
    {
        Vector512<T> by = Lanes.All<T>(add);
        for (int j = 0; j < length; j += Vector512<T>.Count)
            Vector512.Max(Vector512.Load(x + j) + by, Vector512.Load(max + j)).Store(max + j);
    }

    /// <summary>Adds e^(x + add − max) to column sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddExp<T>(T* x, int length, double add, T* max, T* sums)
        where T : unmanaged
    {
        Vector512<T> by = Lanes.All<T>(add);
        for (int j = 0; j < length; j += Vector512<T>.Count)
            (Vector512.Load(sums + j) + Lanes.Exp(Vector512.Load(x + j) + by - Vector512.Load(max + j))).Store(sums + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Exponent<T>(T* t, T* column, T* columnSquare, in RowExponent<T> e)
        where T : unmanaged
    {
        Vector512<T> terms = Vector512.Load(column) + e.Row;
        if (!e.IsRoot)
            return Lanes.MultiplyAdd(Vector512.Load(t), e.Slope, terms);
        Vector512<T> square = Lanes.MultiplyAdd(Vector512.Load(t), e.MinusTwo, Vector512.Load(columnSquare) + e.RowSquare);
        return Lanes.MultiplyAdd(Vector512.Sqrt(Vector512.Max(square, Vector512<T>.Zero)), e.Slope, terms);
    }
}
