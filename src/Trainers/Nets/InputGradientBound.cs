using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// A bound on ‖∂outputs / ∂features‖ as a net scores: the product of its layers' Frobenius norms, with batch normalisation folded into the weights (running statistics), and of the
/// activations' steepest slopes (Liu et al., arXiv 2008.02965, for ReLU nets without normalisation).
/// </summary>
internal static class InputGradientBound
{
    /// <summary>The bound's logarithm; +∞ where none is known.</summary>
    /// <param name="architecture">The recipe.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="buffers">[BufferCount]</param>
    /// <param name="units">What each feature is multiplied by before the net, for the gradient by what it was before: [inputs]; empty for 1.</param>
    public static double Log(
        Architecture architecture, ParameterLayout layout, ReadOnlySpan<float> parameters, ReadOnlySpan<float> buffers, ReadOnlySpan<float> units = default)
    {
        if (architecture is not MlpArchitecture { Normalization: Normalization.None or Normalization.Batch } mlp)
            return double.PositiveInfinity;
        ReadOnlySpan<float> head = Slice(parameters, layout["head.weight"]);
        double log = Math.Log(Norm(mlp.Widths.Count == 0 ? InUnits(head, units) : head));
        for (int i = 0; i < mlp.Widths.Count; i++)
        {
            ReadOnlySpan<float> weight = Slice(parameters, layout[$"layers.{i}.weight"]);
            if (mlp.WeightStandardization)
                weight = StandardizedRows.Of(weight, mlp.Widths[i]);
            if (i == 0)
                weight = InUnits(weight, units);
            double norm = mlp.Normalization == Normalization.None
                ? Norm(weight)
                : FoldedNorm(weight, Slice(parameters, layout[$"layers.{i}.norm.scale"]), Slice(buffers, layout[$"layers.{i}.norm.variance"]));
            log += Math.Log(norm * SteepestSlope(mlp.Activation));
        }

        return log;
    }

    /// <summary>Bounds the operator norm of a convolution with stride 1 and zeros around: each input number takes part in height · width outputs.</summary>
    /// <param name="kernelNorm">‖K‖, Frobenius or operator norm of the kernel as [out, in · height · width].</param>
    /// <param name="height">Of the kernel.</param>
    /// <param name="width">Of the kernel.</param>
    public static double Convolution(double kernelNorm, int height, int width) => Math.Sqrt(height * width) * kernelNorm;

    private static double SteepestSlope(Activation activation) => activation switch
    {
        Activation.Gelu => 1.13, // 1.1289 at 1.41
        Activation.Silu => 1.1,  // 1.0998 at 2.40
        _ => 1,
    };

    private static double FoldedNorm(ReadOnlySpan<float> weight, ReadOnlySpan<float> scale, ReadOnlySpan<float> variance)
    {
        int width = weight.Length / scale.Length;
        double squares = 0;
        for (int row = 0; row < scale.Length; row++)
        {
            double norm = Norm(weight.Slice(row * width, width));
            squares += norm * norm * scale[row] * scale[row] / (variance[row] + ActivationBlock.Epsilon);
        }

        return Math.Sqrt(squares);
    }

    private static ReadOnlySpan<float> InUnits(ReadOnlySpan<float> weight, ReadOnlySpan<float> units)
    {
        if (units.IsEmpty)
            return weight;
        float[] scaled = weight.ToArray();
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] *= units[i % units.Length];
        return scaled;
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double squares = 0;
        foreach (float value in values)
            squares += (double)value * value;
        return Math.Sqrt(squares);
    }

    private static ReadOnlySpan<float> Slice(ReadOnlySpan<float> flat, ParameterSlot slot) => flat.Slice(slot.Offset, slot.Length);
}
