using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>Runs a pass over the whole of four equally long float32 tensors on the CPU.</summary>
internal static class ElementwisePasses
{
    /// <summary>Runs <paramref name="pass"/> once over all elements on the calling thread.</summary>
    public static unsafe void Run<TPass>(TPass pass, Tensor values, Tensor gradients, Tensor first, Tensor second)
        where TPass : struct, IElementwisePass
    {
        RunPiece(pass, Address(values), Address(gradients), Address(first), Address(second), checked((int)values.numel()));
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
