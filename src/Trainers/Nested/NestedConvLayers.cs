using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Variational layers with ordered outputs, by autograd. Each output is drawn from its own normal law (local reparameterisation): y = conv(x, θ) + sqrt(conv(x², α θ²)) ξ. The
/// mask comes after the activation: a = z act(BN(y)), so that a dropped channel is 0, also where the next convolution pads with zeros. Dropped channels are not drawn; where
/// the order is not learned they are not computed either.
/// </summary>
internal sealed class NestedConvLayers : ILayerMath, IDisposable
{
    private static readonly long[] NoDilation = [1, 1];

    private readonly TrainedLayers _layers;
    private readonly Dictionary<string, NestedLayer> _plan;
    private readonly IReadOnlyList<OrderedMask> _masks;
    private readonly NestedSettings _settings;
    private readonly Generator _draws;
    private readonly Scalar _least = VariationalLinear.LeastVariance;
    private readonly Widths _whole;
    private Widths _now;
    private Widths? _drawn; // of the last training pass

    public NestedConvLayers(FlatParameters parameters, NestedPlan plan, IReadOnlyList<OrderedMask> masks, NestedSettings settings, Generator draws)
    {
        _layers = new TrainedLayers(parameters, Precision.Float32);
        _plan = plan.Layers.ToDictionary(layer => layer.Name);
        _masks = masks;
        _settings = settings;
        _draws = draws;
        _now = _whole = new Widths([.. plan.Masks], new Tensor?[masks.Count], Noisy: false);
    }

    /// <summary>Sees what every normalisation is given; null for nobody.</summary>
    public ChannelMoments? Moments { get; set; }

    /// <summary>From now on: mean weights, all channels.</summary>
    public void UseMeans() => _now = _whole;

    /// <summary>From now on: drawn weights, channels of a width.</summary>
    public void UseWidth(int step) => _now = new Widths([.. _masks.Select(mask => mask.Groups.UnitsAt(step))], new Tensor?[_masks.Count], Noisy: true);

    /// <summary>From now on: drawn weights, drawn channels.</summary>
    public void Draw(SeededRandom random)
    {
        _drawn?.Dispose();
        var kept = new int[_masks.Count];
        var leaves = new Tensor?[_masks.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            using Tensor? mask = _masks[i].Draw(random);
            kept[i] = _masks[i].Kept;
            if (_settings.Ordering == NestedOrdering.Learned)
                leaves[i] = mask?.reshape(1, -1, 1, 1).requires_grad_().DetachFromDisposeScope();
        }

        _now = _drawn = new Widths(kept, leaves, Noisy: true);
    }

    /// <summary>Overwrites the gradients of the gates after the backward pass through the last drawn widths.</summary>
    public void BackwardMasks()
    {
        for (int i = 0; i < _masks.Count; i++)
        {
            using Tensor? gradient = _drawn!.Masks[i]?.grad;
            if (gradient is null)
                continue;
            using Tensor flat = gradient.flatten();
            _masks[i].Backward(flat);
        }

        _drawn!.Dispose();
        _drawn = null;
    }

    public Tensor Convolve(ConvSpec layer, Tensor x)
    {
        NestedLayer plan = _plan[layer.Name];
        int kept = Kept(plan.Mask, layer.Outputs);
        Tensor y = Product(layer, x, 0, kept);
        if (_now.Noisy)
        {
            int some = Math.Min((int)x.shape[1], Kept(plan.InputMask, (int)x.shape[1])); // the others are 0
            using Tensor variances = Variances(layer.Name, kept, some);
            using Tensor square = Square(x, some);
            using Tensor variance = F.conv2d(square, variances, null, layer.Strides, layer.Padding, NoDilation);
            AddNoise(y, variance);
        }

        if (layer.Norm is { } norm)
            Moments?.Add(norm, y);
        y = Normalize(layer, y, 0);
        if (kept == layer.Outputs || plan.Mask < 0 || _now.Masks[plan.Mask] is null)
            return y;

        // What a dropped channel would have been concerns the gradient of the mask only.
        Tensor dropped;
        using (no_grad())
            dropped = Normalize(layer, Product(layer, x, kept, layer.Outputs - kept), kept);
        using (y)
        using (dropped)
            return cat([y, dropped], 1);
    }

    public Tensor Multiply(DenseSpec layer, Tensor x)
    {
        using Tensor weight = Part(_layers.Leaf(layer.Name + ".weight"), 0, layer.Outputs, (int)x.shape[1]);
        Tensor y = F.linear(x, weight, _layers.Leaf(layer.Name + ".bias"));
        if (!_now.Noisy)
            return y;
        using Tensor variances = Variances(layer.Name, layer.Outputs, (int)x.shape[1]);
        using Tensor square = x.mul(x);
        using Tensor variance = F.linear(square, variances);
        AddNoise(y, variance);
        return y;
    }

    public Tensor Mask(ConvSpec layer, Tensor x)
    {
        int mask = _plan[layer.Name].Mask;
        return mask >= 0 && _now.Masks[mask] is { } leaf ? x.mul(leaf) : x;
    }

    public Tensor Drop(DropoutSpec layer, Tensor x) => x;

    /// <inheritdoc/>
    public void Dispose()
    {
        _drawn?.Dispose();
        _layers.Dispose();
        _least.Dispose();
    }

    private int Kept(int mask, int all) => mask < 0 ? all : _now.Kept[mask];

    private Tensor Product(ConvSpec layer, Tensor x, int first, int outputs)
    {
        using Tensor weight = Part(_layers.Leaf(layer.Name + ".weight"), first, outputs, (int)x.shape[1]);
        using Tensor? bias = layer.Norm is null ? Leading(_layers.Leaf(layer.Name + ".bias"), 0, first, outputs) : null;
        return F.conv2d(x, weight, bias, layer.Strides, layer.Padding, NoDilation);
    }

    // Consumes y.
    private Tensor Normalize(ConvSpec layer, Tensor y, int first)
    {
        if (layer.Norm is not { } norm)
            return y;
        using Tensor scale = Leading(_layers.Leaf(norm + ".scale"), 0, first, y.shape[1]);
        using Tensor shift = Leading(_layers.Leaf(norm + ".shift"), 0, first, y.shape[1]);
        using (y)
            return F.batch_norm(y, null, null, scale, shift, true, 0, ActivationBlock.Epsilon);
    }

    private static Tensor Part(Tensor weight, int first, int outputs, int inputs)
    {
        using Tensor rows = Leading(weight, 0, first, outputs);
        return Leading(rows, 1, 0, inputs);
    }

    // Even a piece that is the whole would cost a copy of its gradient.
    private static Tensor Leading(Tensor x, int dimension, long first, long count) => count == x.shape[dimension] ? x.alias() : x.narrow(dimension, first, count);

    private static Tensor Square(Tensor x, int channels)
    {
        using Tensor some = Leading(x, 1, 0, channels);
        return some.mul(some);
    }

    // α θ²
    private Tensor Variances(string layer, int outputs, int inputs)
    {
        using Tensor weight = Part(_layers.Leaf(layer + ".weight"), 0, outputs, inputs);
        using Tensor noise = Part(_layers.Leaf(layer + ".noise"), 0, outputs, inputs);
        using Tensor alpha = noise.exp();
        using Tensor scaled = alpha.mul(weight);
        return scaled.mul(weight);
    }

    private void AddNoise(Tensor y, Tensor variance)
    {
        using Tensor above = variance.add(_least);
        using Tensor deviation = above.sqrt();
        using Tensor draw = empty_like(deviation).normal_(0, 1, _draws);
        using Tensor noise = deviation.mul(draw);
        Tensor sum = y.add_(noise);
        if (!ReferenceEquals(sum, y))
            sum.Dispose();
    }

    /// <summary>Which channels a pass computes.</summary>
    /// <param name="Kept">Channels that are not 0, for every mask.</param>
    /// <param name="Masks">[1, channels, 1, 1] for every mask that is learned: all channels are computed then. Null: only those that are kept.</param>
    /// <param name="Noisy">Whether weights are drawn.</param>
    private sealed record Widths(int[] Kept, Tensor?[] Masks, bool Noisy) : IDisposable
    {
        public void Dispose()
        {
            foreach (Tensor? mask in Masks)
                mask?.Dispose();
        }
    }
}
