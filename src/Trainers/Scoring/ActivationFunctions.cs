using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Activations of whole rows, in place, accurate to about 1e-6. Rows are padded to <see cref="DenseLayer.Lane"/>, so that every number goes through the same
/// vector code wherever it stands; all functions keep the padding's zeros.
/// </summary>
internal static class ActivationFunctions
{
    private const int Tile = 256;

    /// <summary>Applies <paramref name="activation"/>.</summary>
    public static void Apply(Activation activation, Span<float> values)
    {
        switch (activation)
        {
            case Activation.Relu:
                Rectify(values, 0, replace: true);
                break;
            case Activation.LeakyRelu:
                Rectify(values, Rectifiers.Leak, replace: false);
                break;
            case Activation.Tanh:
                TensorPrimitives.Tanh(values, values);
                break;
            case Activation.Silu:
                Silu(values);
                break;
            case Activation.Gelu:
                Gelu(values);
                break;
            case Activation.Identity:
                break;
            default:
                throw new NotSupportedException($"No function for the activation {activation}.");
        }
    }

    private static void Rectify(Span<float> values, float slope, bool replace)
    {
        ref float start = ref values[0];
        for (nuint i = 0; i < (nuint)values.Length; i += DenseLayer.Lane)
        {
            Vector512<float> x = Vector512.LoadUnsafe(ref start, i);
            Vector512<float> below = replace ? Vector512<float>.Zero : x * slope;
            Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), below, x).StoreUnsafe(ref start, i);
        }
    }

    /// <summary>x / (1 + exp(-x)).</summary>
    [SkipLocalsInit]
    private static void Silu(Span<float> values)
    {
        Span<float> scratch = stackalloc float[Tile];
        for (; values.Length > 0; values = values[Math.Min(Tile, values.Length)..])
        {
            Span<float> x = values[..Math.Min(Tile, values.Length)];
            Span<float> sigmoid = scratch[..x.Length];
            TensorPrimitives.Sigmoid(x, sigmoid);
            TensorPrimitives.Multiply(x, sigmoid, x);
        }
    }

    /// <summary>
    /// x Φ(x). The tail Φ(-|x|) = exp(-x²/2) P(t) / 2 with t = 1 / (1 + p |x| / √2) and a polynomial P of degree 5
    /// (Abramowitz and Stegun 7.1.26, absolute error of Φ below 1e-7).
    /// </summary>
    [SkipLocalsInit]
    private static void Gelu(Span<float> values)
    {
        Span<float> scratch = stackalloc float[Tile];
        for (; values.Length > 0; values = values[Math.Min(Tile, values.Length)..])
        {
            Span<float> x = values[..Math.Min(Tile, values.Length)];
            Span<float> bell = scratch[..x.Length];
            TensorPrimitives.Multiply(x, x, bell);
            TensorPrimitives.Multiply(bell, -0.5f, bell);
            TensorPrimitives.Exp(bell, bell);
            MultiplyByNormal(x, bell);
        }
    }

    private static void MultiplyByNormal(Span<float> values, ReadOnlySpan<float> bell)
    {
        Vector512<float> one = Vector512<float>.One;
        ref float start = ref values[0];
        for (nuint i = 0; i < (nuint)values.Length; i += DenseLayer.Lane)
        {
            Vector512<float> x = Vector512.LoadUnsafe(ref start, i);
            Vector512<float> t = one / (one + (Vector512.Abs(x) * (0.3275911f * 0.70710678f)));
            Vector512<float> p = (t * 1.061405429f) - Vector512.Create(1.453152027f);
            p = (p * t) + Vector512.Create(1.421413741f);
            p = (p * t) - Vector512.Create(0.284496736f);
            p = (p * t) + Vector512.Create(0.254829592f);
            Vector512<float> tail = p * t * 0.5f * Vector512.LoadUnsafe(ref Unsafe.AsRef(in bell[0]), i);
            (x * Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), tail, one - tail)).StoreUnsafe(ref start, i);
        }
    }
}
