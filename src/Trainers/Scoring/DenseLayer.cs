using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// One layer ready for scoring: weights packed for the kernels, whatever is linear folded in. The outputs are cut into panels of
/// <see cref="PanelWidth"/> (the last one narrower, a multiple of <see cref="Lane"/>); a panel holds, input by input, the weights of its outputs,
/// so that every product reads the weights once from front to back. Outputs that fill up the last panel are zero.
/// </summary>
internal sealed class DenseLayer
{
    /// <summary>Outputs of a full panel: four vectors of 16 floats.</summary>
    public const int PanelWidth = 64;

    /// <summary>The widths of panels and of rows of activations are multiples of this.</summary>
    public const int Lane = 16;

    private const double Epsilon = 1e-5;

    private readonly float[] _weights;
    private readonly int _weightsStart;
    private readonly float[] _bias;
    private readonly float[]? _scale;
    private readonly float[]? _shift;

    /// <summary>Packs a layer.</summary>
    /// <param name="weight">[outputs, inputs], row by row.</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="activation">The non-linearity after the product (and the layer normalisation).</param>
    /// <param name="scale">Layer normalisation: γ [outputs]; empty without.</param>
    /// <param name="shift">Layer normalisation: β [outputs]; empty without.</param>
    public DenseLayer(
        ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Activation activation, ReadOnlySpan<float> scale = default, ReadOnlySpan<float> shift = default)
    {
        Outputs = bias.Length;
        Inputs = weight.Length / Outputs;
        PaddedOutputs = Pad(Outputs);
        Activation = activation;
        _bias = Padded(bias);
        if (scale.Length > 0)
            (_scale, _shift) = (Padded(scale), Padded(shift));

        // Pinned, so that the start can be put on a cache line: a vector that straddles two costs two reads.
        _weights = GC.AllocateArray<float>(checked((PaddedOutputs * Inputs) + Lane), pinned: true);
        _weightsStart = (int)((64 - (Marshal.UnsafeAddrOfPinnedArrayElement(_weights, 0) % 64)) % 64) / sizeof(float);
        Span<float> packed = _weights.AsSpan(_weightsStart);
        for (int output = 0; output < Outputs; output++)
        {
            int panel = output / PanelWidth * PanelWidth;
            int width = Math.Min(PanelWidth, PaddedOutputs - panel);
            for (int input = 0; input < Inputs; input++)
                packed[(panel * Inputs) + (input * width) + output - panel] = weight[(output * Inputs) + input];
        }
    }

    /// <summary>Numbers per row in.</summary>
    public int Inputs { get; }

    /// <summary>Numbers per row out.</summary>
    public int Outputs { get; }

    /// <summary>Numbers per row that the kernel writes.</summary>
    public int PaddedOutputs { get; }

    /// <summary>The non-linearity.</summary>
    public Activation Activation { get; }

    /// <summary>The packed weights, [panel][input][output of the panel].</summary>
    public ReadOnlySpan<float> Weights => _weights.AsSpan(_weightsStart);

    /// <summary>The bias, [padded outputs].</summary>
    public ReadOnlySpan<float> Bias => _bias;

    /// <summary>Whether a layer normalisation follows the product.</summary>
    public bool Normalizes => _scale is not null;

    /// <summary>The γ of the layer normalisation, [padded outputs].</summary>
    public ReadOnlySpan<float> Scale => _scale;

    /// <summary>The β of the layer normalisation, [padded outputs].</summary>
    public ReadOnlySpan<float> Shift => _shift;

    /// <summary>
    /// A layer whose batch normalisation is folded into weight and bias:
    /// γ (W x - μ) / sqrt(σ² + ε) + β = (a W) x + (β - a μ) with a = γ / sqrt(σ² + ε).
    /// </summary>
    public static DenseLayer FoldBatchNorm(
        ReadOnlySpan<float> weight,
        ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        Activation activation)
    {
        int outputs = scale.Length;
        int inputs = weight.Length / outputs;
        float[] folded = new float[weight.Length];
        float[] bias = new float[outputs];
        for (int output = 0; output < outputs; output++)
        {
            double factor = scale[output] / Math.Sqrt(variance[output] + Epsilon);
            bias[output] = (float)(shift[output] - (factor * mean[output]));
            for (int i = output * inputs; i < (output + 1) * inputs; i++)
                folded[i] = (float)(weight[i] * factor);
        }

        return new DenseLayer(folded, bias, activation);
    }

    private static int Pad(int width) => checked(width + Lane - 1) / Lane * Lane;

    private static float[] Padded(ReadOnlySpan<float> values)
    {
        float[] padded = new float[Pad(values.Length)];
        values.CopyTo(padded);
        return padded;
    }
}
