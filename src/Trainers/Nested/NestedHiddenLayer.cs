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

    public NestedHiddenLayer(FlatParameters parameters, MlpArchitecture recipe, int index, OrderedMask mask, Generator draws)
    {
        _linear = new VariationalLinear(parameters, $"layers.{index}", draws);
        _block = new NestedBlock(parameters, $"layers.{index}.norm", recipe);
        Mask = mask;
    }

    /// <summary>The layer's mask.</summary>
    public OrderedMask Mask { get; }

    /// <summary>[batch, in] to [batch, units], with drawn weights and a drawn mask.</summary>
    public Tensor Train(Tensor x, SeededRandom masks)
    {
        Tensor? mask = Mask.Draw(masks);
        _output = _block.Forward(_linear.Sample(x, Mask.Kept), mask, training: true);
        return _output;
    }

    /// <summary>[batch, in] to [batch, units] by mean weights, with all units.</summary>
    public Tensor Mean(Tensor x) => _block.Forward(_linear.Mean(x), mask: null, training: false);

    /// <summary>Products of the first units by drawn weights: [batch, in] to [batch, kept].</summary>
    public Tensor Products(Tensor x, int kept) => _linear.SampleFirst(x, kept);

    /// <summary>
    /// Activations at a fixed width from the products of the kept units: [batch, kept] to [batch, units], dropped units at their constant. Gives mean and variance of the
    /// products too.
    /// </summary>
    public Tensor Collect(Tensor products, out float[] mean, out float[] variance)
    {
        using Tensor means = products.mean([0L]);
        using Tensor variances = products.var([0L], unbiased: false);
        (mean, variance) = (FlatParameters.ToArray(means), FlatParameters.ToArray(variances));
        int kept = (int)products.shape[1], units = Mask.Groups.Units;
        using Tensor mask = OrderedMask.MaskOf(units, kept, products.device);
        using Tensor rest = zeros(products.shape[0], units - kept, float32, products.device);
        return _block.Forward(cat([products, rest], 1), mask, training: false);
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

        return _linear.Backward(byProduct, inputGradient);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linear.Dispose();
        _block.Dispose();
    }
}
