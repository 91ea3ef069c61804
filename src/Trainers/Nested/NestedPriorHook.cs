using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Adds the gradient of factor · Σ (Φ1 + Φ2) to that of the loss, in closed form; keeps log α within [−8, most] and gates within ±5; sets the temperature.
/// </summary>
internal sealed class NestedPriorHook : TrainingHook
{
    /// <summary>The least log α: there a weight is as good as exact.</summary>
    public const double LeastLogAlpha = -8;

    private readonly NestedMlpNet _net;
    private readonly NestedPriorRegularizer _settings;
    private readonly WeightDivergence _divergence = new();
    private readonly List<Layer> _layers = [];
    private readonly Scalar _least = LeastLogAlpha;
    private readonly Scalar _most;
    private readonly Scalar _leastGate = -NestedMlpNet.MostGate;
    private readonly Scalar _mostGate = NestedMlpNet.MostGate;

    public NestedPriorHook(NestedMlpNet net, NestedPriorRegularizer settings)
    {
        _net = net;
        _settings = settings;
        _most = settings.MostLogAlpha;
        var recipe = (MlpArchitecture)net.Architecture;
        FlatParameters parameters = net.Parameters;
        for (int i = 0; i <= recipe.Widths.Count; i++)
        {
            bool isHead = i == recipe.Widths.Count;
            ParameterSlot noise = parameters.Layout[isHead ? "head.noise" : $"layers.{i}.noise"];
            ParameterSlot? gates = parameters.Layout.Parameters.FirstOrDefault(slot => slot.Name == NestedLayout.GatesOf(i));
            _layers.Add(new Layer(parameters.ValueOf(noise), parameters.GradientOf(noise), gates, isHead ? null : new NestedGroups(recipe.Widths[i], net.Settings),
                settings.Summed ? 1 : 1.0 / noise.Shape[1]));
        }
    }

    public override void FitStart(FitContext context, bool resumed) => _net.Temperature = _settings.TemperatureAt(context.Rule.Steps);

    public override void AfterGradient(StepContext step)
    {
        double factor = _settings.FactorAt(step.Step);
        if (factor > 0)
            foreach (Layer layer in _layers)
                Add(layer, factor);
    }

    public override void AfterStep(StepContext step)
    {
        foreach (Layer layer in _layers)
        {
            layer.Noise.clamp_(_least, _most);
            if (layer.Gates is not { } slot)
                continue;
            using Tensor gates = _net.Parameters.Values.narrow(0, slot.Offset, slot.Length);
            gates.clamp_(_leastGate, _mostGate);
        }

        _net.Temperature = _settings.TemperatureAt(step.Step + 1);
    }

    /// <summary>Σ (Φ1 + Φ2) over the layers, up to a constant for each weight.</summary>
    public double Divergence()
    {
        double sum = 0;
        foreach (Layer layer in _layers)
        {
            double[] logKeep = [0], logTail = [0];
            if (layer.Gates is { } slot)
            {
                double[] gates = Gates(slot);
                (logKeep, logTail) = (new double[gates.Length + 1], new double[gates.Length + 1]);
                BernoulliChain.LogKeep(gates, logKeep);
                BernoulliChain.LogTail(gates, logTail);
                sum += ChainDivergence.OfMasks(logTail, BernoulliChain.LogPrior(_settings.Prior, logTail.Length));
            }

            sum += ChainDivergence.OfWeights(logKeep, Costs(layer, logKeep.Length));
        }

        return sum;
    }

    public override void Dispose()
    {
        _divergence.Dispose();
        foreach (Scalar scalar in new[] { _least, _most, _leastGate, _mostGate })
            scalar.Dispose();
    }

    private void Add(Layer layer, double factor)
    {
        using Tensor slope = _divergence.NegativeSlope(layer.Noise); // [out, in]
        if (layer.Gates is not { } slot)
        {
            using Scalar scale = -factor * layer.PerInput;
            layer.NoiseGradient.add_(slope, scale);
            return;
        }

        double[] gates = Gates(slot);
        var logKeep = new double[gates.Length + 1];
        BernoulliChain.LogKeep(gates, logKeep);
        NestedGroups groups = layer.Groups!;
        var keep = new float[groups.Units];
        for (int unit = 0, element = 0; unit < keep.Length; unit++)
        {
            while (groups.UnitsOfOutcome(element) <= unit)
                element++;
            keep[unit] = (float)(-factor * layer.PerInput * Math.Exp(logKeep[element]));
        }

        using Tensor column = Runtime.HostTensor.Create<float>(keep, layer.Noise.device).unsqueeze(1);
        using Scalar one = 1;
        layer.NoiseGradient.addcmul_(slope, column, one);
        if (_net.Settings.Ordering != NestedOrdering.Learned)
            return;
        var gradient = new double[gates.Length];
        ChainDivergence.AddGradient(gates, BernoulliChain.LogPrior(_settings.Prior, logKeep.Length), Costs(layer, logKeep.Length), factor, gradient);
        OrderedMask.WriteGradient(_net.Parameters, slot, gradient, add: true);
    }

    // What the weights of each element cost. The constant of K is chosen so that the noisiest weights cost nothing: a unit is never kept for its noise.
    private double[] Costs(Layer layer, int elements)
    {
        using Tensor negative = _divergence.Negative(layer.Noise);
        using Tensor perUnit = negative.sum(1);
        float free = (float)(WeightDivergence.Negative(_settings.MostLogAlpha) * layer.Noise.shape[1]);
        float[] units = Array.ConvertAll(FlatParameters.ToArray(perUnit), sum => free - sum);
        var costs = new double[elements];
        if (layer.Groups is null)
            costs[0] = units.Sum(cost => (double)cost);
        else
            layer.Groups.SumByElement(units, costs);
        for (int i = 0; i < costs.Length; i++)
            costs[i] *= layer.PerInput;
        return costs;
    }

    private double[] Gates(ParameterSlot slot)
    {
        var gates = new double[slot.Length];
        OrderedMask.ReadGates(_net.Parameters, slot, gates);
        return gates;
    }

    private sealed record Layer(Tensor Noise, Tensor NoiseGradient, ParameterSlot? Gates, NestedGroups? Groups, double PerInput);
}
