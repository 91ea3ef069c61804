using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Transport;

/// <summary>
/// Rows of points as the product takes them: of unit length for cosines; around a common centre for distances, which leaves them unchanged and keeps
/// ‖x‖² + ‖y‖² − 2⟨x, y⟩ from losing digits. Worked out in float64, rounded once.
/// </summary>
internal static unsafe class PointRows
{
    /// <summary>Converts a point.</summary>
    /// <param name="points">The points.</param>
    /// <param name="index">Which.</param>
    /// <param name="kind">Cosine or a distance.</param>
    /// <param name="center">[width]; subtracted for distances.</param>
    /// <param name="to">[width].</param>
    /// <returns>The squared norm: before scaling for cosines, of the rounded result for distances.</returns>
    public static double Convert<TPoint>(TransportPoints points, int index, TransportCostKind kind, ReadOnlySpan<double> center, TPoint* to)
        where TPoint : unmanaged
    {
        int width = points.Width;
        if (points.IsDouble)
        {
            fixed (double* from = points.Doubles.Span.Slice(index * width, width))
                return Convert(from, width, kind, center, to);
        }

        fixed (float* from = points.Singles.Span.Slice(index * width, width))
            return Convert(from, width, kind, center, to);
    }

    /// <summary>The points' mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] Mean(TransportPoints points)
    {
        var mean = new double[points.Width];
        var row = new double[points.Width];
        for (int i = 0; i < points.Count; i++)
        {
            points.CopyPoint(i, row);
            for (int k = 0; k < row.Length; k++)
                mean[k] += row[k];
        }

        for (int k = 0; k < mean.Length; k++)
            mean[k] /= points.Count;
        return mean;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Convert<TFrom, TPoint>(TFrom* from, int width, TransportCostKind kind, ReadOnlySpan<double> center, TPoint* to)
        where TFrom : unmanaged
        where TPoint : unmanaged
    {
        if (kind == TransportCostKind.Cosine)
        {
            double square = SumOfSquares(from, width);
            Affine(from, width, 1 / Math.Sqrt(square), [], to);
            return square;
        }

        Affine(from, width, 1, center, to);
        return SumOfSquares(to, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares<T>(T* x, int width)
        where T : unmanaged
    {
        Vector512<double> low = default, high = default;
        int k = 0;
        for (; k + 16 <= width; k += 16)
        {
            var (a, b) = LoadWide(x + k);
            low = Lanes.MultiplyAdd(a, a, low);
            high = Lanes.MultiplyAdd(b, b, high);
        }

        double sum = Vector512.Sum(low + high);
        for (; k < width; k++)
            sum += Lanes.ToDouble(x[k]) * Lanes.ToDouble(x[k]);
        return sum;
    }

    /// <summary>(x − center) · factor; no center: x · factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Affine<TFrom, TPoint>(TFrom* from, int width, double factor, ReadOnlySpan<double> center, TPoint* to)
        where TFrom : unmanaged
        where TPoint : unmanaged
    {
        int k = 0;
        for (; k + 16 <= width; k += 16)
        {
            var (a, b) = LoadWide(from + k);
            if (!center.IsEmpty)
            {
                a -= Vector512.Create(center.Slice(k, 8));
                b -= Vector512.Create(center.Slice(k + 8, 8));
            }

            a *= factor;
            b *= factor;
            if (typeof(TPoint) == typeof(float))
            {
                Vector512.Narrow(a, b).Store((float*)(to + k));
            }
            else
            {
                a.Store((double*)(to + k));
                b.Store((double*)(to + k + 8));
            }
        }

        for (; k < width; k++)
            to[k] = Lanes.FromDouble<TPoint>((Lanes.ToDouble(from[k]) - (center.IsEmpty ? 0 : center[k])) * factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Low, Vector512<double> High) LoadWide<T>(T* x)
        where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector512.Widen(Vector512.Load((float*)x))
            : (Vector512.Load((double*)x), Vector512.Load((double*)x + 8));
}
