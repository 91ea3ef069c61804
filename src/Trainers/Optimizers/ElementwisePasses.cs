using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>Runs a pass over the whole of four equally long float32 tensors on the CPU.</summary>
internal static class ElementwisePasses
{
    // Below this many numbers a second thread costs more than it saves.
    private const int LeastPerThread = 32 * 1024;

    /// <summary>Runs <paramref name="pass"/> once over all elements, in pieces on up to <paramref name="threads"/> threads; the result does not depend on the pieces.</summary>
    public static unsafe void Run<TPass>(TPass pass, Tensor values, Tensor gradients, Tensor first, Tensor second, int threads)
        where TPass : struct, IElementwisePass
    {
        int count = checked((int)values.numel());
        float* w = Address(values);
        float* g = Address(gradients);
        float* a = Address(first);
        float* b = Address(second);
        int pieces = Math.Clamp(count / LeastPerThread, 1, threads);
        if (pieces == 1)
        {
            RunPiece(pass, w, g, a, b, count);
        }
        else
        {
            int size = (count / pieces + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
            Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = pieces }, i =>
            {
                int from = i * size;
                RunPiece(pass, w + from, g + from, a + from, b + from, (i == pieces - 1 ? count : from + size) - from);
            });
        }

        GC.KeepAlive(values);
        GC.KeepAlive(gradients);
        GC.KeepAlive(first);
        GC.KeepAlive(second);
    }

    private static unsafe float* Address(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private static unsafe void RunPiece<TPass>(TPass pass, float* w, float* g, float* first, float* second, int count)
        where TPass : struct, IElementwisePass
    {
        int width = Vector<float>.Count;
        int i = 0;
        for (; i <= count - width; i += width)
        {
            Vector<float> value = Vector.Load(w + i);
            Vector<float> a = Vector.Load(first + i);
            Vector<float> b = Vector.Load(second + i);
            pass.Apply(ref value, Vector.Load(g + i), ref a, ref b);
            value.Store(w + i);
            a.Store(first + i);
            b.Store(second + i);
        }

        if (i == count)
            return;
        // The tail goes through full vectors in scratch memory, so that its arithmetic is that of the rest.
        int left = count - i;
        float* scratch = stackalloc float[4 * width];
        new Span<float>(scratch, 4 * width).Clear();
        for (int k = 0; k < left; k++)
            (scratch[k], scratch[width + k], scratch[2 * width + k], scratch[3 * width + k]) = (w[i + k], g[i + k], first[i + k], second[i + k]);
        Vector<float> tail = Vector.Load(scratch);
        Vector<float> tailFirst = Vector.Load(scratch + 2 * width);
        Vector<float> tailSecond = Vector.Load(scratch + 3 * width);
        pass.Apply(ref tail, Vector.Load(scratch + width), ref tailFirst, ref tailSecond);
        for (int k = 0; k < left; k++)
            (w[i + k], first[i + k], second[i + k]) = (tail[k], tailFirst[k], tailSecond[k]);
    }
}
