using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Blocks of the product with vectors of 512 bits: so many rows x at <c>xStride</c>, times so many columns of a panel w whose inputs are <c>stride</c>
/// apart, plus bias b, to y at <c>yStride</c>. Unrolled by hand, so that all sums of a block stay in registers.
/// </summary>
internal static unsafe class DenseKernel512
{
    /// <summary>Four rows, 64 columns.</summary>
    public static void Rows4Columns64(float* x, int xStride, float* w, int stride, float* b, float* y, int yStride, int inputs, Rectifier rectifier)
    {
        float* x1 = x + xStride;
        float* x2 = x1 + xStride;
        float* x3 = x2 + xStride;
        Vector512<float> c00 = Vector512.Load(b), c10 = c00, c20 = c00, c30 = c00;
        Vector512<float> c01 = Vector512.Load(b + 16), c11 = c01, c21 = c01, c31 = c01;
        Vector512<float> c02 = Vector512.Load(b + 32), c12 = c02, c22 = c02, c32 = c02;
        Vector512<float> c03 = Vector512.Load(b + 48), c13 = c03, c23 = c03, c33 = c03;
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector512<float> w0 = Vector512.Load(w), w1 = Vector512.Load(w + 16), w2 = Vector512.Load(w + 32), w3 = Vector512.Load(w + 48);
            Vector512<float> a0 = Vector512.Create(x[i]);
            c00 = MultiplyAdd(a0, w0, c00);
            c01 = MultiplyAdd(a0, w1, c01);
            c02 = MultiplyAdd(a0, w2, c02);
            c03 = MultiplyAdd(a0, w3, c03);
            Vector512<float> a1 = Vector512.Create(x1[i]);
            c10 = MultiplyAdd(a1, w0, c10);
            c11 = MultiplyAdd(a1, w1, c11);
            c12 = MultiplyAdd(a1, w2, c12);
            c13 = MultiplyAdd(a1, w3, c13);
            Vector512<float> a2 = Vector512.Create(x2[i]);
            c20 = MultiplyAdd(a2, w0, c20);
            c21 = MultiplyAdd(a2, w1, c21);
            c22 = MultiplyAdd(a2, w2, c22);
            c23 = MultiplyAdd(a2, w3, c23);
            Vector512<float> a3 = Vector512.Create(x3[i]);
            c30 = MultiplyAdd(a3, w0, c30);
            c31 = MultiplyAdd(a3, w1, c31);
            c32 = MultiplyAdd(a3, w2, c32);
            c33 = MultiplyAdd(a3, w3, c33);
        }

        Rectify(c00, rectifier).Store(y);
        Rectify(c01, rectifier).Store(y + 16);
        Rectify(c02, rectifier).Store(y + 32);
        Rectify(c03, rectifier).Store(y + 48);
        Rectify(c10, rectifier).Store(y + yStride);
        Rectify(c11, rectifier).Store(y + yStride + 16);
        Rectify(c12, rectifier).Store(y + yStride + 32);
        Rectify(c13, rectifier).Store(y + yStride + 48);
        Rectify(c20, rectifier).Store(y + (2 * yStride));
        Rectify(c21, rectifier).Store(y + (2 * yStride) + 16);
        Rectify(c22, rectifier).Store(y + (2 * yStride) + 32);
        Rectify(c23, rectifier).Store(y + (2 * yStride) + 48);
        Rectify(c30, rectifier).Store(y + (3 * yStride));
        Rectify(c31, rectifier).Store(y + (3 * yStride) + 16);
        Rectify(c32, rectifier).Store(y + (3 * yStride) + 32);
        Rectify(c33, rectifier).Store(y + (3 * yStride) + 48);
    }

    /// <summary>Four rows, 32 columns.</summary>
    public static void Rows4Columns32(float* x, int xStride, float* w, int stride, float* b, float* y, int yStride, int inputs, Rectifier rectifier)
    {
        float* x1 = x + xStride;
        float* x2 = x1 + xStride;
        float* x3 = x2 + xStride;
        Vector512<float> c00 = Vector512.Load(b), c10 = c00, c20 = c00, c30 = c00;
        Vector512<float> c01 = Vector512.Load(b + 16), c11 = c01, c21 = c01, c31 = c01;
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector512<float> w0 = Vector512.Load(w), w1 = Vector512.Load(w + 16);
            Vector512<float> a0 = Vector512.Create(x[i]);
            c00 = MultiplyAdd(a0, w0, c00);
            c01 = MultiplyAdd(a0, w1, c01);
            Vector512<float> a1 = Vector512.Create(x1[i]);
            c10 = MultiplyAdd(a1, w0, c10);
            c11 = MultiplyAdd(a1, w1, c11);
            Vector512<float> a2 = Vector512.Create(x2[i]);
            c20 = MultiplyAdd(a2, w0, c20);
            c21 = MultiplyAdd(a2, w1, c21);
            Vector512<float> a3 = Vector512.Create(x3[i]);
            c30 = MultiplyAdd(a3, w0, c30);
            c31 = MultiplyAdd(a3, w1, c31);
        }

        Rectify(c00, rectifier).Store(y);
        Rectify(c01, rectifier).Store(y + 16);
        Rectify(c10, rectifier).Store(y + yStride);
        Rectify(c11, rectifier).Store(y + yStride + 16);
        Rectify(c20, rectifier).Store(y + (2 * yStride));
        Rectify(c21, rectifier).Store(y + (2 * yStride) + 16);
        Rectify(c30, rectifier).Store(y + (3 * yStride));
        Rectify(c31, rectifier).Store(y + (3 * yStride) + 16);
    }

    /// <summary>Four rows, 16 columns.</summary>
    public static void Rows4Columns16(float* x, int xStride, float* w, int stride, float* b, float* y, int yStride, int inputs, Rectifier rectifier)
    {
        float* x1 = x + xStride;
        float* x2 = x1 + xStride;
        float* x3 = x2 + xStride;
        Vector512<float> c00 = Vector512.Load(b), c10 = c00, c20 = c00, c30 = c00;
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector512<float> w0 = Vector512.Load(w);
            Vector512<float> a0 = Vector512.Create(x[i]);
            c00 = MultiplyAdd(a0, w0, c00);
            Vector512<float> a1 = Vector512.Create(x1[i]);
            c10 = MultiplyAdd(a1, w0, c10);
            Vector512<float> a2 = Vector512.Create(x2[i]);
            c20 = MultiplyAdd(a2, w0, c20);
            Vector512<float> a3 = Vector512.Create(x3[i]);
            c30 = MultiplyAdd(a3, w0, c30);
        }

        Rectify(c00, rectifier).Store(y);
        Rectify(c10, rectifier).Store(y + yStride);
        Rectify(c20, rectifier).Store(y + (2 * yStride));
        Rectify(c30, rectifier).Store(y + (3 * yStride));
    }

    /// <summary>One row, 64 columns.</summary>
    public static void Row1Columns64(float* x, float* w, int stride, float* b, float* y, int inputs, Rectifier rectifier)
    {
        Vector512<float> c0 = Vector512.Load(b);
        Vector512<float> c1 = Vector512.Load(b + 16);
        Vector512<float> c2 = Vector512.Load(b + 32);
        Vector512<float> c3 = Vector512.Load(b + 48);
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector512<float> w0 = Vector512.Load(w), w1 = Vector512.Load(w + 16), w2 = Vector512.Load(w + 32), w3 = Vector512.Load(w + 48);
            Vector512<float> a = Vector512.Create(x[i]);
            c0 = MultiplyAdd(a, w0, c0);
            c1 = MultiplyAdd(a, w1, c1);
            c2 = MultiplyAdd(a, w2, c2);
            c3 = MultiplyAdd(a, w3, c3);
        }

        Rectify(c0, rectifier).Store(y);
        Rectify(c1, rectifier).Store(y + 16);
        Rectify(c2, rectifier).Store(y + 32);
        Rectify(c3, rectifier).Store(y + 48);
    }

    /// <summary>One row, 32 columns.</summary>
    public static void Row1Columns32(float* x, float* w, int stride, float* b, float* y, int inputs, Rectifier rectifier)
    {
        Vector512<float> c0 = Vector512.Load(b);
        Vector512<float> c1 = Vector512.Load(b + 16);
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector512<float> w0 = Vector512.Load(w), w1 = Vector512.Load(w + 16);
            Vector512<float> a = Vector512.Create(x[i]);
            c0 = MultiplyAdd(a, w0, c0);
            c1 = MultiplyAdd(a, w1, c1);
        }

        Rectify(c0, rectifier).Store(y);
        Rectify(c1, rectifier).Store(y + 16);
    }

    /// <summary>One row, 16 columns.</summary>
    public static void Row1Columns16(float* x, float* w, int stride, float* b, float* y, int inputs, Rectifier rectifier)
    {
        Vector512<float> c0 = Vector512.Load(b);
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector512<float> w0 = Vector512.Load(w);
            Vector512<float> a = Vector512.Create(x[i]);
            c0 = MultiplyAdd(a, w0, c0);
        }

        Rectify(c0, rectifier).Store(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> sum)
    {
#if NET9_0_OR_GREATER
        return Vector512.FusedMultiplyAdd(a, b, sum);
#else
        return Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(a, b, sum) : (a * b) + sum;
#endif
    }

    /// <summary>A comparison with NaN is false, so NaN passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Rectify(Vector512<float> sum, Rectifier rectifier)
    {
        if (rectifier == Rectifier.Relu)
            return Vector512.ConditionalSelect(Vector512.LessThan(sum, Vector512<float>.Zero), Vector512<float>.Zero, sum);
        if (rectifier == Rectifier.LeakyRelu)
            return Vector512.ConditionalSelect(Vector512.LessThan(sum, Vector512<float>.Zero), sum * Rectifiers.Leak, sum);
        return sum;
    }
}
