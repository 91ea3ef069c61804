using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Blocks of the product with vectors of 256 bits: so many rows x at <c>xStride</c>, times so many columns of a panel w whose inputs are <c>stride</c>
/// apart, plus bias b, to y at <c>yStride</c>. Unrolled by hand, so that all sums of a block stay in registers.
/// </summary>
internal static unsafe class DenseKernel256
{
    /// <summary>Four rows, 16 columns.</summary>
    public static void Rows4Columns16(float* x, int xStride, float* w, int stride, float* b, float* y, int yStride, int inputs, Rectifier rectifier)
    {
        float* x1 = x + xStride;
        float* x2 = x1 + xStride;
        float* x3 = x2 + xStride;
        Vector256<float> c00 = Vector256.Load(b), c10 = c00, c20 = c00, c30 = c00;
        Vector256<float> c01 = Vector256.Load(b + 8), c11 = c01, c21 = c01, c31 = c01;
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector256<float> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 8);
            Vector256<float> a0 = Vector256.Create(x[i]);
            c00 = MultiplyAdd(a0, w0, c00);
            c01 = MultiplyAdd(a0, w1, c01);
            Vector256<float> a1 = Vector256.Create(x1[i]);
            c10 = MultiplyAdd(a1, w0, c10);
            c11 = MultiplyAdd(a1, w1, c11);
            Vector256<float> a2 = Vector256.Create(x2[i]);
            c20 = MultiplyAdd(a2, w0, c20);
            c21 = MultiplyAdd(a2, w1, c21);
            Vector256<float> a3 = Vector256.Create(x3[i]);
            c30 = MultiplyAdd(a3, w0, c30);
            c31 = MultiplyAdd(a3, w1, c31);
        }

        Rectify(c00, rectifier).Store(y);
        Rectify(c01, rectifier).Store(y + 8);
        Rectify(c10, rectifier).Store(y + yStride);
        Rectify(c11, rectifier).Store(y + yStride + 8);
        Rectify(c20, rectifier).Store(y + (2 * yStride));
        Rectify(c21, rectifier).Store(y + (2 * yStride) + 8);
        Rectify(c30, rectifier).Store(y + (3 * yStride));
        Rectify(c31, rectifier).Store(y + (3 * yStride) + 8);
    }

    /// <summary>One row, 64 columns.</summary>
    public static void Row1Columns64(float* x, float* w, int stride, float* b, float* y, int inputs, Rectifier rectifier)
    {
        Vector256<float> c0 = Vector256.Load(b);
        Vector256<float> c1 = Vector256.Load(b + 8);
        Vector256<float> c2 = Vector256.Load(b + 16);
        Vector256<float> c3 = Vector256.Load(b + 24);
        Vector256<float> c4 = Vector256.Load(b + 32);
        Vector256<float> c5 = Vector256.Load(b + 40);
        Vector256<float> c6 = Vector256.Load(b + 48);
        Vector256<float> c7 = Vector256.Load(b + 56);
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector256<float> a = Vector256.Create(x[i]);
            c0 = MultiplyAdd(a, Vector256.Load(w), c0);
            c1 = MultiplyAdd(a, Vector256.Load(w + 8), c1);
            c2 = MultiplyAdd(a, Vector256.Load(w + 16), c2);
            c3 = MultiplyAdd(a, Vector256.Load(w + 24), c3);
            c4 = MultiplyAdd(a, Vector256.Load(w + 32), c4);
            c5 = MultiplyAdd(a, Vector256.Load(w + 40), c5);
            c6 = MultiplyAdd(a, Vector256.Load(w + 48), c6);
            c7 = MultiplyAdd(a, Vector256.Load(w + 56), c7);
        }

        Rectify(c0, rectifier).Store(y);
        Rectify(c1, rectifier).Store(y + 8);
        Rectify(c2, rectifier).Store(y + 16);
        Rectify(c3, rectifier).Store(y + 24);
        Rectify(c4, rectifier).Store(y + 32);
        Rectify(c5, rectifier).Store(y + 40);
        Rectify(c6, rectifier).Store(y + 48);
        Rectify(c7, rectifier).Store(y + 56);
    }

    /// <summary>One row, 16 columns.</summary>
    public static void Row1Columns16(float* x, float* w, int stride, float* b, float* y, int inputs, Rectifier rectifier)
    {
        Vector256<float> c0 = Vector256.Load(b);
        Vector256<float> c1 = Vector256.Load(b + 8);
        for (nint i = 0; i < inputs; i++, w += stride)
        {
            Vector256<float> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 8);
            Vector256<float> a = Vector256.Create(x[i]);
            c0 = MultiplyAdd(a, w0, c0);
            c1 = MultiplyAdd(a, w1, c1);
        }

        Rectify(c0, rectifier).Store(y);
        Rectify(c1, rectifier).Store(y + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> sum)
    {
#if NET9_0_OR_GREATER
        return Vector256.FusedMultiplyAdd(a, b, sum);
#else
        return Fma.IsSupported ? Fma.MultiplyAdd(a, b, sum) : (a * b) + sum;
#endif
    }

    /// <summary>A comparison with NaN is false, so NaN passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Rectify(Vector256<float> sum, Rectifier rectifier)
    {
        if (rectifier == Rectifier.Relu)
            return Vector256.ConditionalSelect(Vector256.LessThan(sum, Vector256<float>.Zero), Vector256<float>.Zero, sum);
        if (rectifier == Rectifier.LeakyRelu)
            return Vector256.ConditionalSelect(Vector256.LessThan(sum, Vector256<float>.Zero), sum * Rectifiers.Leak, sum);
        return sum;
    }
}
