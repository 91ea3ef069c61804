using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Mask, batch normalisation and activation of an ordered layer. The paper masks before the normalisation: a dropped unit then gives the constant act(β), β its
/// shift. For masks of zeros and ones that is a = z act(BN(y)) + (1 − z) act(β), which is what is computed and differentiated: through a normalisation of zeros the
/// straight-through gradient would be 1/sqrt(ε) times too large, and through a kept unit's normalisation it would vanish. Without normalisation a = z act(y).
/// </summary>
internal sealed class NestedBlock : IDisposable
{
    private readonly Activation _activation;
    private readonly Scalar _leak = 0.01;
    private readonly Scalar _one = 1;
    private readonly Tensor? _scale;          // [units]
    private readonly Tensor? _shift;          // [units]
    private readonly Tensor? _scaleGradient;  // [units]
    private readonly Tensor? _shiftGradient;  // [units]
    private Tensor? _input;                   // [batch, units]
    private Tensor? _mask;                    // [units]
    private Tensor? _output;                  // [batch, units]

    public NestedBlock(FlatParameters parameters, string name, MlpArchitecture recipe)
    {
        _activation = recipe.Activation;
        if (recipe.Normalization == Normalization.None)
            return;
        ParameterSlot scale = parameters.Layout[name + ".scale"];
        ParameterSlot shift = parameters.Layout[name + ".shift"];
        _scale = Leaf(parameters.ValueOf(scale));
        _shift = Leaf(parameters.ValueOf(shift));
        _scaleGradient = parameters.GradientOf(scale);
        _shiftGradient = parameters.GradientOf(shift);
    }

    /// <summary>Maps products to activations with the statistics of these rows; consumes <paramref name="y"/>.</summary>
    /// <param name="y">[batch, units], two rows or more where there is a normalisation</param>
    /// <param name="mask">[units] of zeros and ones, or null for ones</param>
    /// <param name="training">Whether a backward pass follows.</param>
    public Tensor Forward(Tensor y, Tensor? mask, bool training)
    {
        if (!training)
        {
            Tensor result = Compute(y, mask);
            y.Dispose();
            return result;
        }

        _input = y.requires_grad_();
        _mask = mask?.requires_grad_();
        using (enable_grad())
            _output = Compute(_input, _mask);
        return _output.detach();
    }

    /// <summary>Gradients by products and mask; consumes <paramref name="outputGradient"/>.</summary>
    /// <returns>[batch, units], and [units] where there was a mask.</returns>
    public (Tensor ByProduct, Tensor? ByMask) Backward(Tensor outputGradient)
    {
        _output!.backward([outputGradient]);
        Tensor byProduct = _input!.grad ?? throw new InvalidOperationException("The block's graph gave no gradient.");
        Tensor? byMask = _mask?.grad;
        if (_scale is not null)
        {
            Move(_scale, _scaleGradient!);
            Move(_shift!, _shiftGradient!);
        }

        outputGradient.Dispose();
        _output.Dispose();
        _input.Dispose();
        _output = _input = _mask = null;
        return (byProduct, byMask);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scale?.Dispose();
        _shift?.Dispose();
        _leak.Dispose();
        _one.Dispose();
    }

    private static Tensor Leaf(Tensor view) => view.detach().requires_grad_().DetachFromDisposeScope();

    private static void Move(Tensor leaf, Tensor target)
    {
        using Tensor gradient = leaf.grad ?? throw new InvalidOperationException("The normalisation gave no gradient.");
        target.copy_(gradient);
        leaf.grad = null;
    }

    private Tensor Compute(Tensor y, Tensor? mask)
    {
        if (_scale is null)
        {
            Tensor plain = Activate(y);
            return mask is null ? ReferenceEquals(plain, y) ? y.alias() : plain : plain.mul(mask);
        }

        Tensor normalized = nn.functional.batch_norm(y, null, null, _scale, _shift, true, 0, ActivationBlock.Epsilon);
        Tensor on = Activate(normalized);
        if (mask is null)
            return on;
        using Tensor off = Activate(_shift!).alias(); // an alias, since the identity gives the leaf itself
        using Tensor difference = on.sub(off);
        return addcmul(off, difference, mask, _one);
    }

    private Tensor Activate(Tensor x) => _activation switch
    {
        Activation.Relu => x.relu(),
        Activation.LeakyRelu => x.leaky_relu(_leak),
        Activation.Gelu => nn.functional.gelu(x),
        Activation.Silu => nn.functional.silu(x),
        Activation.Tanh => x.tanh(),
        Activation.Identity => x,
        _ => throw new NotSupportedException($"Activation {_activation}."),
    };
}
