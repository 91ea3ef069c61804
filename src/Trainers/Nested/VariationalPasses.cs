using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// What a variational layer does to every weight, in one pass over memory on the CPU: pieces small enough to stay in the cache go through all operations at once.
/// </summary>
internal static class VariationalPasses
{
    private const int Tile = 512;

    /// <summary>α θ and α θ² from log α and θ.</summary>
    public static void Variance(ReadOnlySpan<float> logAlpha, ReadOnlySpan<float> mean, Span<float> scaled, Span<float> variance)
    {
        for (int at = 0; at < mean.Length; at += Tile)
        {
            int count = Math.Min(Tile, mean.Length - at);
            ReadOnlySpan<float> theta = mean.Slice(at, count);
            Span<float> s = scaled.Slice(at, count);
            TensorPrimitives.Exp(logAlpha.Slice(at, count), s);
            TensorPrimitives.Multiply(s, theta, s);
            TensorPrimitives.Multiply(s, theta, variance.Slice(at, count));
        }
    }

    /// <summary>From the gradient by the variance α θ², in <paramref name="noiseGradient"/>, to those by log α (in its place) and by θ (added).</summary>
    [SkipLocalsInit]
    public static void Backward(ReadOnlySpan<float> mean, ReadOnlySpan<float> scaled, Span<float> noiseGradient, Span<float> meanGradient)
    {
        for (int at = 0; at < mean.Length; at += Tile)
        {
            int count = Math.Min(Tile, mean.Length - at);
            Span<float> g = noiseGradient.Slice(at, count), m = meanGradient.Slice(at, count);
            TensorPrimitives.Multiply(g, scaled.Slice(at, count), g);
            TensorPrimitives.MultiplyAdd(g, 2f, m, m);
            TensorPrimitives.Multiply(g, mean.Slice(at, count), g);
        }
    }

    /// <summary>Adds factor times the slope of −K to <paramref name="noiseGradient"/>, and gives the sum of −K; see <see cref="WeightDivergence"/>.</summary>
    [SkipLocalsInit]
    public static double Divergence(ReadOnlySpan<float> logAlpha, float factor, Span<float> noiseGradient)
    {
        Span<float> u = stackalloc float[Tile], bump = stackalloc float[Tile], sigmoid = stackalloc float[Tile];
        double sum = 0;
        for (int at = 0; at < logAlpha.Length; at += Tile)
        {
            int count = Math.Min(Tile, logAlpha.Length - at);
            ReadOnlySpan<float> l = logAlpha.Slice(at, count);
            Span<float> x = u[..count], e = bump[..count], s = sigmoid[..count], g = noiseGradient.Slice(at, count);
            TensorPrimitives.Multiply(l, (float)WeightDivergence.A3, x);
            TensorPrimitives.Add(x, (float)WeightDivergence.A2, x);
            TensorPrimitives.Multiply(x, x, e);
            TensorPrimitives.Multiply(e, (float)-WeightDivergence.E4, e);
            TensorPrimitives.Exp(e, e);
            TensorPrimitives.Sigmoid(l, s);
            sum += WeightDivergence.A1 * TensorPrimitives.Sum<float>(e);
            TensorPrimitives.Multiply(x, e, x);
            TensorPrimitives.MultiplyAdd(x, (float)(factor * -2 * WeightDivergence.A1 * WeightDivergence.E4 * WeightDivergence.A3), g, g);
            TensorPrimitives.MultiplyAdd(s, -0.5f * factor, g, g); // ½ σ(−l) = ½ − ½ σ(l)
            TensorPrimitives.Add(g, 0.5f * factor, g);
            TensorPrimitives.Log(s, s);
            sum += 0.5 * TensorPrimitives.Sum<float>(s);
        }

        return sum;
    }
}
