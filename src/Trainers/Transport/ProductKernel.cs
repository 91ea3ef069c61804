using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Transport;

/// <summary>
/// Scalar products of rows with packed columns, in registers: four rows by four vectors, or by one. Coordinates are taken in short runs, whose sums are
/// added to the tile in the tile's own precision: so float32 coordinates give products that are right to about 1e-7 of the norms.
/// </summary>
internal static unsafe class ProductKernel
{
    /// <summary>Rows that a call takes.</summary>
    public const int Rows = 4;

    /// <summary>Vectors of a whole panel.</summary>
    public const int PanelVectors = 4;

    /// <summary>Coordinates in a run: a panel's run stays in the first-level cache.</summary>
    public const int Run = 64;

    /// <summary>Four rows times a panel of four vectors.</summary>
    /// <param name="x">Four rows, <paramref name="xStride"/> apart.</param>
    /// <param name="xStride">Coordinates per row.</param>
    /// <param name="w">The panel's run: [count, 4 vectors].</param>
    /// <param name="count">Coordinates in the run.</param>
    /// <param name="tile">Where the products go.</param>
    /// <param name="stride">From row to row of the tile.</param>
    /// <param name="add">Whether to add to the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel4<TPoint, T>(TPoint* x, int xStride, TPoint* w, int count, T* tile, long stride, bool add)
        where TPoint : unmanaged
        where T : unmanaged
    {
        int lanes = Vector512<TPoint>.Count;
        TPoint* x1 = x + xStride;
        TPoint* x2 = x1 + xStride;
        TPoint* x3 = x2 + xStride;
        Vector512<TPoint> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<TPoint> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<TPoint> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<TPoint> c30 = default, c31 = default, c32 = default, c33 = default;
        for (nint k = 0; k < count; k++, w += PanelVectors * lanes)
        {
            Vector512<TPoint> w0 = Vector512.Load(w), w1 = Vector512.Load(w + lanes), w2 = Vector512.Load(w + (2 * lanes)), w3 = Vector512.Load(w + (3 * lanes));
            Vector512<TPoint> a0 = Vector512.Create(x[k]);
            c00 = Lanes.MultiplyAdd(a0, w0, c00);
            c01 = Lanes.MultiplyAdd(a0, w1, c01);
            c02 = Lanes.MultiplyAdd(a0, w2, c02);
            c03 = Lanes.MultiplyAdd(a0, w3, c03);
            Vector512<TPoint> a1 = Vector512.Create(x1[k]);
            c10 = Lanes.MultiplyAdd(a1, w0, c10);
            c11 = Lanes.MultiplyAdd(a1, w1, c11);
            c12 = Lanes.MultiplyAdd(a1, w2, c12);
            c13 = Lanes.MultiplyAdd(a1, w3, c13);
            Vector512<TPoint> a2 = Vector512.Create(x2[k]);
            c20 = Lanes.MultiplyAdd(a2, w0, c20);
            c21 = Lanes.MultiplyAdd(a2, w1, c21);
            c22 = Lanes.MultiplyAdd(a2, w2, c22);
            c23 = Lanes.MultiplyAdd(a2, w3, c23);
            Vector512<TPoint> a3 = Vector512.Create(x3[k]);
            c30 = Lanes.MultiplyAdd(a3, w0, c30);
            c31 = Lanes.MultiplyAdd(a3, w1, c31);
            c32 = Lanes.MultiplyAdd(a3, w2, c32);
            c33 = Lanes.MultiplyAdd(a3, w3, c33);
        }

        Put(c00, c01, c02, c03, tile, add);
        Put(c10, c11, c12, c13, tile + stride, add);
        Put(c20, c21, c22, c23, tile + (2 * stride), add);
        Put(c30, c31, c32, c33, tile + (3 * stride), add);
    }

    /// <summary>Four rows times one vector of a narrower panel, whose coordinates are <paramref name="wStride"/> apart; other parameters as above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel1<TPoint, T>(TPoint* x, int xStride, TPoint* w, int wStride, int count, T* tile, long stride, bool add)
        where TPoint : unmanaged
        where T : unmanaged
    {
        TPoint* x1 = x + xStride;
        TPoint* x2 = x1 + xStride;
        TPoint* x3 = x2 + xStride;
        Vector512<TPoint> c0 = default, c1 = default, c2 = default, c3 = default;
        for (nint k = 0; k < count; k++, w += wStride)
        {
            Vector512<TPoint> w0 = Vector512.Load(w);
            c0 = Lanes.MultiplyAdd(Vector512.Create(x[k]), w0, c0);
            c1 = Lanes.MultiplyAdd(Vector512.Create(x1[k]), w0, c1);
            c2 = Lanes.MultiplyAdd(Vector512.Create(x2[k]), w0, c2);
            c3 = Lanes.MultiplyAdd(Vector512.Create(x3[k]), w0, c3);
        }

        Put(c0, tile, add);
        Put(c1, tile + stride, add);
        Put(c2, tile + (2 * stride), add);
        Put(c3, tile + (3 * stride), add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TPoint, T>(Vector512<TPoint> c0, Vector512<TPoint> c1, Vector512<TPoint> c2, Vector512<TPoint> c3, T* to, bool add)
        where TPoint : unmanaged
        where T : unmanaged
    {
        Put(c0, to, add);
        Put(c1, to + Vector512<TPoint>.Count, add);
        Put(c2, to + (2 * Vector512<TPoint>.Count), add);
        Put(c3, to + (3 * Vector512<TPoint>.Count), add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TPoint, T>(Vector512<TPoint> c, T* to, bool add)
        where TPoint : unmanaged
        where T : unmanaged
    {
        if (typeof(TPoint) == typeof(T))
        {
            Vector512<T> sum = c.As<TPoint, T>();
            (add ? Vector512.Load(to) + sum : sum).Store(to);
            return;
        }

        double* wide = (double*)to;
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(c.AsSingle());
        (add ? Vector512.Load(wide) + low : low).Store(wide);
        (add ? Vector512.Load(wide + 8) + high : high).Store(wide + 8);
    }
}
