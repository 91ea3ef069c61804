using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Layers as scoring needs them: a batch normalisation is folded into the convolution before it (W' = γ W / σ, b' = β − γ μ / σ), kernels lie channels-last and have the type
/// of the activations.
/// </summary>
internal sealed class FoldedLayers : ILayerMath
{
    private static readonly long[] NoDilation = [1, 1];

    private readonly Dictionary<string, (Tensor Weight, Tensor Bias)> _layers = [];

    /// <summary>Folds a net's layers, the output layer included. The tensors live until nobody uses this object.</summary>
    public FoldedLayers(FittedNetwork network, ConvBody body, Precision precision)
    {
        ParameterLayout layout = ConvLayout.Of(body, network.OutputWidth);
        using DisposeScope scope = NewDisposeScope();
        foreach (WeightedSpec layer in body.Weighted.Append(body.Head(network.OutputWidth)))
        {
            ParameterSlot slot = layout[layer.Name + ".weight"];
            float[] weight = Numbers(network.Parameters, slot).ToArray();
            float[] bias = layer.Norm is null ? Numbers(network.Parameters, layout[layer.Name + ".bias"]).ToArray() : new float[slot.Shape[0]];
            if (layer.Norm is { } norm)
                Fold(weight, bias, Numbers(network.Parameters, layout[norm + ".scale"]), Numbers(network.Parameters, layout[norm + ".shift"]),
                    Numbers(network.Buffers, layout[norm + ".mean"]), Numbers(network.Buffers, layout[norm + ".variance"]));
            Tensor kernel = HostTensor.Create<float>(weight, CPU).reshape(Array.ConvertAll(slot.Shape, size => (long)size));
            Tensor offset = HostTensor.Create<float>(bias, CPU);
            if (layer is ConvSpec)
                kernel = kernel.permute(0, 3, 1, 2);
            if (layer is ConvSpec && precision == Precision.BFloat16)
                (kernel, offset) = (kernel.to(bfloat16), offset.to(bfloat16));
            _layers[layer.Name] = (kernel.DetachFromDisposeScope(), offset.DetachFromDisposeScope());
        }
    }

    public Tensor Convolve(ConvSpec layer, Tensor x)
    {
        (Tensor weight, Tensor bias) = _layers[layer.Name];
        return F.conv2d(x, weight, bias, layer.Strides, layer.Padding, NoDilation, layer.Groups);
    }

    public Tensor Multiply(DenseSpec layer, Tensor x)
    {
        (Tensor weight, Tensor bias) = _layers[layer.Name];
        return F.linear(x, weight, bias);
    }

    public Tensor Drop(DropoutSpec layer, Tensor x) => x;

    private static ReadOnlySpan<float> Numbers(float[] values, ParameterSlot slot) => values.AsSpan(slot.Offset, slot.Length);

    private static void Fold(float[] weight, float[] bias, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance)
    {
        int width = weight.Length / bias.Length;
        for (int output = 0; output < bias.Length; output++)
        {
            double factor = scale[output] / Math.Sqrt((double)variance[output] + ActivationBlock.Epsilon);
            foreach (ref float value in weight.AsSpan(output * width, width))
                value = (float)(value * factor);
            bias[output] = (float)(shift[output] - (factor * mean[output]));
        }
    }
}
