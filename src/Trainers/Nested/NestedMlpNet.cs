using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// A multi-layer perceptron with variational weights whose hidden units are ordered: every training pass draws weights and, for each hidden layer, a width. The
/// output layer is variational and not ordered.
/// </summary>
internal sealed class NestedMlpNet : NestedNet
{
    private readonly NestedHiddenLayer[] _hidden;
    private readonly VariationalLinear _head;

    /// <param name="recipe">Without layer normalisation or dropout.</param>
    /// <param name="inputWidth">Features per row.</param>
    /// <param name="outputWidth">Outputs per row.</param>
    /// <param name="settings">Groups and ordering.</param>
    /// <param name="continuing">Probability b to go on to the next group at the start.</param>
    /// <param name="logAlpha">log α of all weights at the start.</param>
    /// <param name="device">Where to train.</param>
    public NestedMlpNet(MlpArchitecture recipe, int inputWidth, int outputWidth, NestedSettings settings, double continuing, double logAlpha, Device device)
        : base(recipe, inputWidth, outputWidth, settings, continuing, logAlpha, device)
    {
        _hidden = [.. Masks.Select((mask, i) => new NestedHiddenLayer(Parameters, recipe, i, mask, Draws))];
        _head = new VariationalLinear(Parameters, "head", Draws);
    }

    /// <summary>In training: drawn weights and widths. Else: mean weights, all units, batch normalisation by these rows.</summary>
    public override Tensor Forward(Tensor features, bool training)
    {
        Tensor x = features;
        foreach (NestedHiddenLayer layer in _hidden)
        {
            Tensor y = training ? layer.Train(x, MaskDraws) : layer.Mean(x);
            if (!training && !ReferenceEquals(x, features))
                x.Dispose();
            x = y;
        }

        return training ? _head.Sample(x, OutputWidth) : _head.Mean(x);
    }

    public override void Backward(Tensor outputGradient)
    {
        Tensor? next = _head.Backward(outputGradient, inputGradient: _hidden.Length > 0);
        KeepNoiseConstant();
        for (int i = _hidden.Length - 1; i >= 0; i--)
            next = _hidden[i].Backward(next!, inputGradient: i > 0);
    }

    /// <inheritdoc/>
    public override double WorkPerRow => 2 * base.WorkPerRow;

    /// <inheritdoc/>
    public override Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient) =>
        AutogradPass.InputGradient(features, x => Forward(x, training: false), outputGradient);

    /// <inheritdoc/>
    public override float[] CollectStatistics(Tensor features, Action checkAlive)
    {
        if (_hidden.Length == 0)
            return [];
        var statistics = new List<float>();
        using Tensor first = _hidden[0].Products(features, _hidden[0].Mask.Groups.Units); // the same for all widths
        foreach (int step in Settings.Steps)
        {
            checkAlive();
            using DisposeScope scope = NewDisposeScope();
            Tensor products = first.narrow(1, 0, _hidden[0].Mask.Groups.UnitsAt(step)).clone();
            for (int i = 0; i < _hidden.Length; i++)
            {
                Tensor x = _hidden[i].Collect(products, out float[] mean, out float[] variance);
                statistics.AddRange(mean);
                statistics.AddRange(variance);
                if (i + 1 < _hidden.Length)
                    products = _hidden[i + 1].Products(x, _hidden[i + 1].Mask.Groups.UnitsAt(step));
            }
        }

        return [.. statistics];
    }

    public override void Dispose()
    {
        foreach (NestedHiddenLayer layer in _hidden)
            layer.Dispose();
        _head.Dispose();
        base.Dispose();
    }
}
