using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// What follows a layer's product: normalisation, then activation. Without normalisation ReLU is done in place and differentiated by its sign;
/// everything else goes through a small autograd graph of its own, whose kernels are fused.
/// </summary>
internal sealed class ActivationBlock : IDisposable
{
    /// <summary>ε of both normalisations.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>How much of each batch enters the running statistics.</summary>
    public const double StatisticsMomentum = 0.1;

    private readonly Activation _activation;
    private readonly Normalization _normalization;
    private readonly Scalar _leak = 0.01;
    private readonly Tensor? _scale;          // [units], leaf whose storage is the flat buffer
    private readonly Tensor? _shift;          // [units]
    private readonly Tensor? _scaleGradient;  // [units], view of the flat gradient
    private readonly Tensor? _shiftGradient;  // [units]
    private readonly Tensor? _mean;           // [units]
    private readonly Tensor? _variance;       // [units]
    private readonly long[] _units = [];
    private Tensor? _input;                   // [batch, units], leaf of the block's graph
    private Tensor? _output;                  // [batch, units]

    public ActivationBlock(FlatParameters parameters, string name, Activation activation, Normalization normalization)
    {
        _activation = activation;
        _normalization = normalization;
        if (normalization == Normalization.None)
            return;
        ParameterSlot scale = parameters.Layout[name + ".scale"];
        ParameterSlot shift = parameters.Layout[name + ".shift"];
        _units = [scale.Length];
        _scale = Leaf(parameters.ValueOf(scale));
        _shift = Leaf(parameters.ValueOf(shift));
        _scaleGradient = parameters.GradientOf(scale);
        _shiftGradient = parameters.GradientOf(shift);
        if (normalization == Normalization.Batch)
        {
            _mean = parameters.BufferOf(parameters.Layout[name + ".mean"]);
            _variance = parameters.BufferOf(parameters.Layout[name + ".variance"]);
        }
    }

    /// <summary>Whether the running statistics stay and are used in training too.</summary>
    public bool KeepsStatistics { get; set; }

    private bool InPlace => _normalization == Normalization.None && _activation is Activation.Relu or Activation.Identity;

    /// <summary>Maps products to activations; consumes <paramref name="z"/>.</summary>
    /// <param name="z">[batch, units]</param>
    /// <param name="training">Whether a backward pass follows.</param>
    public Tensor Forward(Tensor z, bool training)
    {
        if (_normalization == Normalization.None && InPlace)
        {
            _output = z;
            return _activation == Activation.Relu ? z.relu_() : z;
        }

        if (!training)
        {
            Tensor result = Compute(z, training: false);
            if (!ReferenceEquals(result, z))
                z.Dispose();
            return result;
        }

        _input = z.requires_grad_();
        using (enable_grad())
            _output = Compute(_input, training: true);
        return _output.detach();
    }

    /// <summary>Gradient by the products; consumes <paramref name="outputGradient"/>.</summary>
    public Tensor Backward(Tensor outputGradient)
    {
        if (_normalization == Normalization.None && InPlace)
        {
            using Tensor output = _output!;
            _output = null;
            if (_activation == Activation.Identity)
                return outputGradient;
            using Tensor sign = output.sign(); // outputs are at least 0: 1 where the unit is active; far cheaper than a mask of bools
            return outputGradient.mul_(sign);
        }

        _output!.backward([outputGradient]);
        Tensor gradient = _input!.grad ?? throw new InvalidOperationException("The block's graph gave no gradient.");
        if (_scale is not null)
        {
            Move(_scale, _scaleGradient!);
            Move(_shift!, _shiftGradient!);
        }

        outputGradient.Dispose();
        _output.Dispose();
        _input.Dispose();
        _output = _input = null;
        return gradient;
    }

    /// <summary>Maps products to activations as scoring does, and keeps what <see cref="InputGradient"/> needs; consumes <paramref name="z"/>. A training pass under way is not disturbed.</summary>
    public ActivationPass Evaluate(Tensor z)
    {
        if (InPlace)
            return new ActivationPass(null, _activation == Activation.Relu ? z.relu_() : z);
        z.requires_grad_();
        using (enable_grad())
            return new ActivationPass(z, Compute(z, training: false));
    }

    /// <summary>Gradient by the products of a scoring pass, and by nothing else; consumes the pass and <paramref name="outputGradient"/>.</summary>
    public Tensor InputGradient(ActivationPass pass, Tensor outputGradient)
    {
        using Tensor output = pass.Output;
        if (pass.Input is null)
        {
            if (_activation == Activation.Identity)
                return outputGradient;
            using Tensor sign = output.sign();
            return outputGradient.mul_(sign);
        }

        using Tensor input = pass.Input;
        Tensor gradient = autograd.grad([output], [input], [outputGradient])[0]; // parameters' own gradients stay out of it
        outputGradient.Dispose();
        return gradient;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scale?.Dispose();
        _shift?.Dispose();
        _leak.Dispose();
    }

    private static Tensor Leaf(Tensor view) => view.detach().requires_grad_().DetachFromDisposeScope();

    private static void Move(Tensor leaf, Tensor target)
    {
        using Tensor gradient = leaf.grad ?? throw new InvalidOperationException("The normalisation gave no gradient.");
        target.copy_(gradient);
        leaf.grad = null;
    }

    private Tensor Compute(Tensor z, bool training)
    {
        Tensor normalized = _normalization switch
        {
            Normalization.Batch => nn.functional.batch_norm(z, _mean!, _variance!, _scale, _shift, training && !KeepsStatistics, StatisticsMomentum, Epsilon),
            Normalization.Layer => nn.functional.layer_norm(z, _units, _scale, _shift, Epsilon),
            _ => z,
        };
        Tensor activated = _activation switch
        {
            Activation.Relu => ReferenceEquals(normalized, z) ? normalized.relu() : normalized.relu_(),
            Activation.LeakyRelu => normalized.leaky_relu(_leak),
            Activation.Gelu => nn.functional.gelu(normalized),
            Activation.Silu => nn.functional.silu(normalized),
            Activation.Tanh => normalized.tanh(),
            Activation.Identity => normalized,
            _ => throw new NotSupportedException($"Activation {_activation}."),
        };
        if (!ReferenceEquals(activated, normalized) && !ReferenceEquals(normalized, z))
            normalized.Dispose(); // autograd keeps what it needs
        return activated;
    }
}
