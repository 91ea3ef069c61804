using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>How layers with parameters are computed: for training, or with what has been folded for scoring. Inputs are left alone.</summary>
internal interface ILayerMath
{
    /// <summary>Convolution and normalisation, without the activation: [batch, in, height, width] to [batch, out, height', width'].</summary>
    Tensor Convolve(ConvSpec layer, Tensor x);

    /// <summary>Product and bias: [batch, in] to [batch, out].</summary>
    Tensor Multiply(DenseSpec layer, Tensor x);

    /// <summary>Drops channels of activations, those of a convolution or of the block that ends with it; the same tensor where there is nothing to drop.</summary>
    Tensor Mask(ConvSpec layer, Tensor x) => x;

    /// <summary>[batch, units]; the same tensor where nothing is dropped.</summary>
    Tensor Drop(DropoutSpec layer, Tensor x);
}
