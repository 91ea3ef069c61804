using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Layers in float64, without dropout, written plainly: what the float32 net is measured by.</summary>
internal sealed class DoubleLayers : ILayerMath
{
    private readonly bool _training;
    private readonly Dictionary<string, Tensor> _parameters = [];
    private readonly Dictionary<string, Tensor> _statistics = [];
    private readonly Tensor _values;
    private readonly Tensor _buffers;

    public DoubleLayers(ParameterLayout layout, float[] parameters, float[] buffers, bool training = true)
    {
        _training = training;
        _values = tensor(Array.ConvertAll(parameters, value => (double)value)).requires_grad_();
        _buffers = tensor(Array.ConvertAll(buffers, value => (double)value));
        foreach (ParameterSlot slot in layout.Parameters)
        {
            Tensor piece = _values.narrow(0, slot.Offset, slot.Length).reshape(Array.ConvertAll(slot.Shape, size => (long)size));
            _parameters[slot.Name] = slot.Shape.Length == 4 ? piece.permute(0, 3, 1, 2).contiguous() : piece;
        }

        foreach (ParameterSlot slot in layout.Buffers)
            _statistics[slot.Name] = _buffers.narrow(0, slot.Offset, slot.Length);
    }

    /// <summary>The gradient, flat, in the order of the layout.</summary>
    public double[] Gradient => _values.grad!.data<double>().ToArray();

    /// <summary>The running statistics, flat.</summary>
    public double[] Buffers => _buffers.data<double>().ToArray();

    public Tensor Convolve(ConvSpec layer, Tensor x)
    {
        Tensor y = F.conv2d(x, _parameters[layer.Name + ".weight"], layer.Norm is null ? _parameters[layer.Name + ".bias"] : null, layer.Strides, layer.Padding, [1, 1], layer.Groups);
        return layer.Norm is null ? y : F.batch_norm(
            y, _statistics[layer.Norm + ".mean"], _statistics[layer.Norm + ".variance"], _parameters[layer.Norm + ".scale"], _parameters[layer.Norm + ".shift"], _training, 0.1, 1e-5);
    }

    public Tensor Multiply(DenseSpec layer, Tensor x) => F.linear(x, _parameters[layer.Name + ".weight"], _parameters[layer.Name + ".bias"]);

    public Tensor Drop(DropoutSpec layer, Tensor x) => x;
}
