using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// y = x Wᵀ + b over views of the flat buffers. The backward pass writes straight into the flat gradient:
/// no autograd node, no gradient tensor, nothing to zero.
/// </summary>
internal sealed class LinearLayer : IDisposable
{
    private readonly Tensor _weight;          // [out, in]
    private readonly Tensor _weightGradient;  // [out, in]
    private readonly Tensor? _bias;           // [out]
    private readonly Tensor? _biasGradient;   // [out]
    private readonly WeightStandardizer? _standardizer;
    private Tensor? _input;                   // [batch, in], of the last training pass
    private Tensor? _used;                    // [out, in], the standardised weight of the last training pass
    private Tensor? _ones;                    // [batch], sums rows by a matrix-vector product: faster than sum(0)

    public LinearLayer(FlatParameters parameters, string name, bool standardized = false)
    {
        ParameterSlot weight = parameters.Layout[name + ".weight"];
        _weight = parameters.ValueOf(weight);
        _weightGradient = parameters.GradientOf(weight);
        _standardizer = standardized ? new WeightStandardizer(_weight, name) : null;
        if (parameters.Layout.Parameters.FirstOrDefault(slot => slot.Name == name + ".bias") is { } bias)
        {
            _bias = parameters.ValueOf(bias);
            _biasGradient = parameters.GradientOf(bias);
        }
    }

    /// <summary>[batch, in] to [batch, out]. In training the input is kept, and must stay alive until the backward pass.</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        _input = training ? x : null;
        if (!training)
            return Evaluate(x);
        _used = _standardizer?.Standardize(training: true);
        return nn.functional.linear(x, _used ?? _weight, _bias);
    }

    /// <summary>Overwrites the gradients of weight and bias; disposes <paramref name="outputGradient"/>.</summary>
    /// <param name="outputGradient">[batch, out]</param>
    /// <param name="inputGradient">Whether the gradient by the input is wanted.</param>
    /// <returns>[batch, in], or null.</returns>
    public Tensor? Backward(Tensor outputGradient, bool inputGradient)
    {
        Tensor input = _input ?? throw new InvalidOperationException("Backward needs a training pass before it.");
        _input = null;
        using (Tensor transposed = outputGradient.t()) // [out, batch]
        {
            _weightGradient.addmm_(transposed, input, beta: 0, alpha: 1);
            _biasGradient?.addmv_(transposed, Ones(outputGradient.shape[0]), beta: 0, alpha: 1);
        }

        Tensor? result = inputGradient ? outputGradient.mm(_used ?? _weight) : null; // [batch, in]
        outputGradient.Dispose();
        if (_standardizer is not null)
        {
            _standardizer.Backward(_weightGradient, _used!);
            _used!.Dispose();
            _used = null;
        }

        return result;
    }

    /// <summary>[batch, in] to [batch, out], whatever training pass is under way.</summary>
    public Tensor Evaluate(Tensor x)
    {
        using Tensor? standardized = _standardizer?.Standardize(training: false);
        return nn.functional.linear(x, standardized ?? _weight, _bias);
    }

    /// <summary>Gradient by the input alone; disposes <paramref name="outputGradient"/>.</summary>
    public Tensor InputGradient(Tensor outputGradient)
    {
        using Tensor? standardized = _standardizer?.Standardize(training: false);
        using (outputGradient)
            return outputGradient.mm(standardized ?? _weight); // [batch, in]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ones?.Dispose();
        _standardizer?.Dispose();
    }

    private Tensor Ones(long rows)
    {
        if (_ones is null || _ones.shape[0] != rows)
        {
            _ones?.Dispose();
            _ones = ones(rows, float32, _weight.device).DetachFromDisposeScope();
        }

        return _ones;
    }
}
