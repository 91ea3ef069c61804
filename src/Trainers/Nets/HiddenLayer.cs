using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>Product, normalisation, activation, dropout: one hidden layer of a multi-layer perceptron.</summary>
internal sealed class HiddenLayer : IDisposable
{
    private readonly LinearLayer _linear;
    private readonly ActivationBlock _block;
    private readonly Generator _draws;
    private readonly double _keep;
    private readonly Scalar _keepScale;
    private Tensor? _output; // what the next layer sees; alive until the backward pass
    private Tensor? _mask;

    public HiddenLayer(FlatParameters parameters, MlpArchitecture recipe, int index, Generator draws)
    {
        _linear = new LinearLayer(parameters, $"layers.{index}", recipe.WeightStandardization);
        _block = new ActivationBlock(parameters, $"layers.{index}.norm", recipe.Activation, recipe.Normalization);
        _draws = draws;
        _keep = 1 - recipe.Dropout;
        _keepScale = 1 / _keep;
    }

    /// <summary>Whether the running statistics stay and are used in training too.</summary>
    public bool KeepsStatistics
    {
        set => _block.KeepsStatistics = value;
    }

    /// <summary>[batch, in] to [batch, units].</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        Tensor z = _linear.Forward(x, training);
        Tensor y = _block.Forward(z, training);
        if (!training)
            return y;
        if (_keep < 1)
        {
            // Inverted dropout, so that scoring needs no change of scale.
            _mask = empty_like(y).bernoulli_(_keep, _draws).mul_(_keepScale);
            Tensor dropped = y.mul(_mask);
            _output = dropped;
            return dropped;
        }

        _output = y;
        return y;
    }

    /// <summary>Gradient by the layer's input, or null when it is not wanted.</summary>
    public Tensor? Backward(Tensor outputGradient, bool inputGradient)
    {
        if (_mask is not null)
        {
            outputGradient.mul_(_mask);
            _mask.Dispose();
            _mask = null;
        }

        Tensor productGradient = _block.Backward(outputGradient);
        _output?.Dispose();
        _output = null;
        return _linear.Backward(productGradient, inputGradient);
    }

    /// <summary>[batch, in] to [batch, units] as scoring does, without dropout; keeps what <see cref="InputGradient"/> needs.</summary>
    public ActivationPass Evaluate(Tensor x) => _block.Evaluate(_linear.Evaluate(x));

    /// <summary>Gradient by the input of a scoring pass; consumes the pass and <paramref name="outputGradient"/>.</summary>
    public Tensor InputGradient(ActivationPass pass, Tensor outputGradient) => _linear.InputGradient(_block.InputGradient(pass, outputGradient));

    /// <inheritdoc/>
    public void Dispose()
    {
        _linear.Dispose();
        _block.Dispose();
        _keepScale.Dispose();
    }
}
