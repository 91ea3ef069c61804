using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Losses;

/// <summary>Cross-entropy with its gradient in one pass over the rows, in managed code: torch's own operations take several times as long for the few classes of a usual net.</summary>
internal static class CrossEntropyPass
{
    /// <summary>Writes the gradient of the mean loss by some outputs, and returns Σ weight · l.</summary>
    /// <param name="outputs">[rows * width]; the logits z of a row are those from <paramref name="first"/> on</param>
    /// <param name="first">The first output that takes part.</param>
    /// <param name="classes">How many do.</param>
    /// <param name="targets">Class of each row, [rows]</param>
    /// <param name="weights">[rows], or empty for 1</param>
    /// <param name="smoothing">s, the share of each label that is spread over all classes</param>
    /// <param name="gradient">[rows * width]: weight (softmax(z) − q) / rows by the outputs that take part; others are left alone</param>
    public static double Run(ReadOnlySpan<float> outputs, int first, int classes, ReadOnlySpan<long> targets, ReadOnlySpan<float> weights, double smoothing, Span<float> gradient)
    {
        int rows = targets.Length;
        int width = outputs.Length / rows;
        float share = 1f / rows;
        float rest = (float)(smoothing / classes);
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> z = outputs.Slice(row * width + first, classes);
            Span<float> g = gradient.Slice(row * width + first, classes);
            int target = (int)targets[row];
            float largest = TensorPrimitives.Max(z);
            TensorPrimitives.Subtract(z, largest, g);
            float picked = g[target];
            double mean = smoothing == 0 ? 0 : TensorPrimitives.Sum<float>(g) / classes;
            TensorPrimitives.Exp<float>(g, g);
            float sum = TensorPrimitives.Sum<float>(g);
            double loss = Math.Log(sum) - (1 - smoothing) * picked - smoothing * mean;
            float scale = weights.IsEmpty ? share : weights[row] * share;
            total += weights.IsEmpty ? loss : weights[row] * loss;
            TensorPrimitives.Multiply(g, scale / sum, g);
            if (rest != 0)
                TensorPrimitives.Subtract(g, rest * scale, g);
            g[target] -= (float)(1 - smoothing) * scale;
        }

        return total;
    }
}
