using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>Variational product, mask, normalisation, activation: one ordered hidden layer.</summary>
internal sealed class NestedHiddenLayer : IDisposable
{
    private readonly VariationalLinear _linear;
    private readonly NestedBlock _block;
    private Tensor? _output; // what the next layer sees; alive until the backward pass

    public NestedHiddenLayer(FlatParameters parameters, MlpArchitecture recipe, int index, NestedSettings settings, Generator draws)
    {
        _linear = new VariationalLinear(parameters, $"layers.{index}", draws);
        _block = new NestedBlock(parameters, $"layers.{index}.norm", recipe);
        Mask = new OrderedMask(parameters, new NestedGroups(recipe.Widths[index], settings), index, settings);
    }

    /// <summary>The layer's mask.</summary>
    public OrderedMask Mask { get; }

    /// <summary>[batch, in] to [batch, units], with drawn weights and a drawn mask.</summary>
    public Tensor Train(Tensor x, SeededRandom masks)
    {
        Tensor y = _linear.Sample(x, training: true);
        _output = _block.Forward(y, Mask.Draw(masks), training: true);
        return _output;
    }

    /// <summary>[batch, in] to [batch, units] by mean weights, with all units.</summary>
    public Tensor Mean(Tensor x) => _block.Forward(_linear.Mean(x), mask: null, training: false);

    /// <summary>[batch, in] to [batch, units] by drawn weights at a fixed width; gives mean and variance of the kept units' products too.</summary>
    public Tensor Collect(Tensor x, int kept, out float[] mean, out float[] variance)
    {
        Tensor y = _linear.Sample(x, training: false);
        using (Tensor part = y.narrow(1, 0, kept))
        {
            using Tensor means = part.mean([0]);
            using Tensor variances = part.var(0, unbiased: false);
            (mean, variance) = (FlatParameters.ToArray(means), FlatParameters.ToArray(variances));
        }

        using Tensor mask = OrderedMask.MaskOf(Mask.Groups.Units, kept, x.device);
        return _block.Forward(y, mask, training: false);
    }

    /// <summary>Gradient by the layer's input, or null when it is not wanted; consumes <paramref name="outputGradient"/>.</summary>
    public Tensor? Backward(Tensor outputGradient, bool inputGradient)
    {
        (Tensor byProduct, Tensor? byMask) = _block.Backward(outputGradient);
        _output?.Dispose();
        _output = null;
        if (byMask is not null)
        {
            Mask.Backward(byMask);
            byMask.Dispose();
        }

        return _linear.Backward(byProduct, Mask.Kept, inputGradient);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linear.Dispose();
        _block.Dispose();
    }
}
