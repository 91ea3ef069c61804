using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>
/// Layers over the flat buffers: each parameter is an autograd leaf whose memory is a view of the flat values, and its gradient accumulates in the same view of the flat
/// gradient. So optimisers and hooks see nothing but the two flat tensors.
/// </summary>
internal sealed class TrainedLayers : ILayerMath, IDisposable
{
    private static readonly long[] NoDilation = [1, 1];

    private readonly Dictionary<string, Tensor> _leaves = [];
    private readonly Dictionary<string, Tensor> _gradients = [];
    private readonly Dictionary<string, Tensor> _statistics = [];
    private readonly Precision _precision;
    private readonly Generator _draws;
    private FrozenParts _frozen = FrozenParts.None;

    public TrainedLayers(FlatParameters parameters, Precision precision)
    {
        _precision = precision;
        _draws = new Generator(0, parameters.Device);
        foreach (ParameterSlot slot in parameters.Layout.Parameters)
        {
            _gradients[slot.Name] = AsKernel(parameters.GradientOf(slot)).DetachFromDisposeScope();
            using Tensor view = AsKernel(parameters.ValueOf(slot));
            Tensor leaf = view.detach().requires_grad_();
            leaf.grad = _gradients[slot.Name];
            _leaves[slot.Name] = leaf.DetachFromDisposeScope();
        }

        foreach (ParameterSlot slot in parameters.Layout.Buffers)
            _statistics[slot.Name] = parameters.BufferOf(slot);
    }

    /// <summary>Whether normalisations use the statistics of the batch, and dropout drops.</summary>
    public bool Training { get; set; }

    /// <summary>Keeps parts as they are: no gradient is computed for them.</summary>
    public void Freeze(FrozenParts parts)
    {
        _frozen = parts;
        foreach ((string name, Tensor leaf) in _leaves)
            leaf.requires_grad = !parts.Names.Contains(name);
    }

    /// <summary>A parameter as autograd sees it; a kernel as [out, in, kernel, kernel].</summary>
    public Tensor Leaf(string name) => _leaves[name];

    /// <summary>Restarts the draws of dropout.</summary>
    public void Seed(long seed) => _draws.manual_seed(seed);

    public Tensor Convolve(ConvSpec layer, Tensor x)
    {
        Tensor weight = _leaves[layer.Name + ".weight"]; // [out, in / groups, kernel, kernel], channels-last
        Tensor? bias = layer.Norm is null ? _leaves[layer.Name + ".bias"] : null;
        Tensor y;
        if (_precision == Precision.BFloat16)
        {
            using Tensor cast = weight.to(bfloat16);
            using Tensor? castBias = bias?.to(bfloat16);
            y = F.conv2d(x, cast, castBias, layer.Strides, layer.Padding, NoDilation, layer.Groups);
        }
        else
        {
            y = F.conv2d(x, weight, bias, layer.Strides, layer.Padding, NoDilation, layer.Groups);
        }

        if (layer.Norm is null)
            return y;
        using (y)
            return F.batch_norm(
                y, _statistics[layer.Norm + ".mean"], _statistics[layer.Norm + ".variance"], _leaves[layer.Norm + ".scale"], _leaves[layer.Norm + ".shift"],
                Training && !_frozen.Keeps(layer.Norm), ActivationBlock.StatisticsMomentum, ActivationBlock.Epsilon);
    }

    public Tensor Multiply(DenseSpec layer, Tensor x) => F.linear(x, _leaves[layer.Name + ".weight"], _leaves[layer.Name + ".bias"]);

    public Tensor Drop(DropoutSpec layer, Tensor x)
    {
        if (!Training)
            return x;
        using Scalar enlarge = 1 / (1 - layer.Share);
        using Tensor mask = empty(x.shape, float32, x.device).bernoulli_(1 - layer.Share, _draws).mul_(enlarge);
        return x.mul(mask);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _leaves.Values.Concat(_gradients.Values))
            tensor.Dispose();
        _draws.Dispose();
    }

    // Kernels lie as [out, kernel, kernel, in]: permuted, they have the strides of channels-last.
    private static Tensor AsKernel(Tensor stored) => stored.dim() == 4 ? stored.permute(0, 3, 1, 2) : stored.alias();
}
