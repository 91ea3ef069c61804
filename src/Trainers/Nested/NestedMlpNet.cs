using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// A multi-layer perceptron with variational weights whose hidden units are ordered: every training pass draws weights and, for each hidden layer, a width. The
/// output layer is variational and not ordered. For regression the second output is the logarithm of the noise's variance.
/// </summary>
internal sealed class NestedMlpNet : Net
{
    /// <summary>Outside of this a gate learns nothing more: keeps b between 0.0067 and 0.9933.</summary>
    public const double MostGate = 5;

    private readonly NestedHiddenLayer[] _hidden;
    private readonly VariationalLinear _head;
    private readonly Generator _draws;
    private readonly Tensor? _fixedNoise; // [1, units], the gradient row of the noise output, which stays 0
    private readonly double _gate;
    private readonly float _logAlpha;
    private SeededRandom _masks = new(0);

    /// <param name="recipe">Without layer normalisation or dropout.</param>
    /// <param name="inputWidth">Features per row.</param>
    /// <param name="outputWidth">Outputs per row.</param>
    /// <param name="settings">Groups and ordering.</param>
    /// <param name="continuing">Probability b to go on to the next group at the start.</param>
    /// <param name="logAlpha">log α of all weights at the start.</param>
    /// <param name="device">Where to train.</param>
    public NestedMlpNet(MlpArchitecture recipe, int inputWidth, int outputWidth, NestedSettings settings, double continuing, double logAlpha, Device device)
        : base(recipe, inputWidth, outputWidth, device, NestedLayout.Of(recipe, inputWidth, outputWidth, settings))
    {
        Settings = settings;
        _gate = Math.Log(continuing / (1 - continuing));
        _logAlpha = (float)logAlpha;
        _draws = new Generator(0, device);
        _hidden = [.. Enumerable.Range(0, recipe.Widths.Count).Select(i => new NestedHiddenLayer(Parameters, recipe, i, settings, _draws))];
        _head = new VariationalLinear(Parameters, "head", _draws);
        if (HasConstantNoise)
            _fixedNoise = Parameters.GradientOf(Parameters.Layout["head.weight"]).narrow(0, 1, 1).DetachFromDisposeScope();
    }

    /// <summary>Groups and ordering.</summary>
    public NestedSettings Settings { get; }

    /// <summary>Whether the outputs are a mean and a noise that is the same for all rows.</summary>
    private bool HasConstantNoise => OutputWidth == 2 && Settings.Noise == NestedNoise.Constant && Settings.IsRegression;

    /// <summary>τ of the soft masks.</summary>
    public double Temperature
    {
        set
        {
            foreach (NestedHiddenLayer layer in _hidden)
                layer.Mask.Temperature = value;
        }
    }

    public override void Initialize(long seed)
    {
        base.Initialize(seed);
        (float[] values, float[] buffers) = Parameters.ToArrays();
        foreach (ParameterSlot slot in Parameters.Layout.Parameters)
        {
            Span<float> piece = values.AsSpan(slot.Offset, slot.Length);
            if (slot.Role == ParameterRole.WeightNoise)
                piece.Fill(_logAlpha);
            else if (slot.Role == ParameterRole.Gate && Settings.Ordering == NestedOrdering.Uniform)
                for (int i = 0; i < piece.Length; i++)
                    piece[i] = MathF.Log(piece.Length - i); // b_i = (K − i) / (K − i + 1) makes all widths equally likely
            else if (slot.Role == ParameterRole.Gate)
                piece.Fill((float)_gate);
            else if (slot.Name == "head.weight" && HasConstantNoise)
                piece[(slot.Length / 2)..].Clear();
        }

        Parameters.Set(values, buffers);
    }

    public override void BeginEpoch(long seed, int epoch)
    {
        _draws.manual_seed((long)(SeededRandom.Derive(seed, (long)RandomPurpose.WeightNoise, epoch).NextUInt64() >> 1));
        _masks = SeededRandom.Derive(seed, (long)RandomPurpose.NestedMasks, epoch);
    }

    /// <summary>In training: drawn weights and widths. Else: mean weights, all units, batch normalisation by these rows.</summary>
    public override Tensor Forward(Tensor features, bool training)
    {
        Tensor x = features;
        foreach (NestedHiddenLayer layer in _hidden)
        {
            Tensor y = training ? layer.Train(x, _masks) : layer.Mean(x);
            if (!training && !ReferenceEquals(x, features))
                x.Dispose();
            x = y;
        }

        return training ? _head.Sample(x, OutputWidth) : _head.Mean(x);
    }

    public override void Backward(Tensor outputGradient)
    {
        Tensor? next = _head.Backward(outputGradient, inputGradient: _hidden.Length > 0);
        _fixedNoise?.zero_();
        for (int i = _hidden.Length - 1; i >= 0; i--)
            next = _hidden[i].Backward(next!, inputGradient: i > 0);
    }

    /// <inheritdoc/>
    public override double WorkPerRow => 2 * base.WorkPerRow;

    /// <inheritdoc/>
    public override Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = features.detach().requires_grad_();
        Tensor outputs;
        using (enable_grad())
            outputs = Forward(x, training: false);
        Tensor gradient = outputGradient(outputs.detach());
        return autograd.grad([outputs], [x], [gradient])[0].MoveToOuterDisposeScope();
    }

    /// <summary>Means and variances of the products before every normalisation, over some training rows and drawn weights.</summary>
    /// <param name="features">[rows, inputs]</param>
    /// <param name="checkAlive">Called for every width.</param>
    /// <returns>For every width, narrowest first: for each layer the means of its kept units, then their variances.</returns>
    public float[] CollectStatistics(Tensor features, Action checkAlive)
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
        _fixedNoise?.Dispose();
        _draws.Dispose();
        base.Dispose();
    }
}
