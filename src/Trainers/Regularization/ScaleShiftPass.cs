using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Regularization;

/// <summary>The two passes of SIMD code that the penalty needs on the CPU: torch's operations would read the weights up to five times, and wake threads for it.</summary>
internal static class ScaleShiftPass
{
    /// <summary>Σ w² and Σ |w|.</summary>
    public static (double Squares, double Sizes) Sums(ReadOnlySpan<float> weights)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(weights);
        Vector<float> squares0 = default, squares1 = default, sizes0 = default, sizes1 = default; // two of each: an addition waits for the one before it
        int i = 0;
        for (; i < vectors.Length - 1; i += 2)
        {
            squares0 += vectors[i] * vectors[i];
            squares1 += vectors[i + 1] * vectors[i + 1];
            sizes0 += Vector.Abs(vectors[i]);
            sizes1 += Vector.Abs(vectors[i + 1]);
        }

        double squares = Vector.Sum(squares0 + squares1), sizes = Vector.Sum(sizes0 + sizes1);
        foreach (float weight in weights[(i * Vector<float>.Count)..])
        {
            squares += (double)weight * weight;
            sizes += Math.Abs(weight);
        }

        return (squares, sizes);
    }

    /// <summary>target ← target + radial · w + step · sign w, with sign 0 = 0. The two spans may be the same.</summary>
    public static void Add(ReadOnlySpan<float> weights, float radial, float step, Span<float> target)
    {
        ReadOnlySpan<Vector<float>> sources = MemoryMarshal.Cast<float, Vector<float>>(weights);
        Span<Vector<float>> targets = MemoryMarshal.Cast<float, Vector<float>>(target);
        Vector<float> factor = new(radial), size = new(step), minus = new(-step);
        for (int i = 0; i < sources.Length; i++)
        {
            Vector<float> w = sources[i];
            Vector<float> signed = Unsafe.BitCast<Vector<int>, Vector<float>>(
                (Vector.GreaterThan(w, Vector<float>.Zero) & Unsafe.BitCast<Vector<float>, Vector<int>>(size))
                | (Vector.LessThan(w, Vector<float>.Zero) & Unsafe.BitCast<Vector<float>, Vector<int>>(minus)));
            targets[i] += factor * w + signed;
        }

        for (int i = sources.Length * Vector<float>.Count; i < weights.Length; i++)
            target[i] += radial * weights[i] + (weights[i] > 0 ? step : weights[i] < 0 ? -step : 0);
    }
}
