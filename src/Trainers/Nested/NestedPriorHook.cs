using System.Runtime.InteropServices;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
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

    private readonly NestedNet _net;
    private readonly NestedPriorRegularizer _settings;
    private readonly WeightDivergence _divergence = new();
    private readonly List<Mask> _masks = []; // each with the layers whose outputs it orders
    private readonly Scalar _one = 1;
    private readonly Scalar _least = LeastLogAlpha;
    private readonly Scalar _most;
    private readonly Scalar _leastGate = -NestedNet.MostGate;
    private readonly Scalar _mostGate = NestedNet.MostGate;

    public NestedPriorHook(NestedNet net, NestedPriorRegularizer settings)
    {
        _net = net;
        _settings = settings;
        _most = settings.MostLogAlpha;
        FlatParameters parameters = net.Parameters;
        NestedGroups[] groups = net.Plan.Groups(net.Settings);
        foreach (IGrouping<int, NestedLayer> mask in net.Plan.Layers.GroupBy(layer => layer.Mask))
        {
            ParameterSlot? gates = parameters.Layout.Parameters.FirstOrDefault(slot => slot.Name == NestedLayout.GatesOf(mask.Key));
            _masks.Add(new Mask(gates, mask.Key < 0 ? null : groups[mask.Key], [.. mask.Select(Layer)]));
        }

        WeightLayer Layer(NestedLayer layer)
        {
            ParameterSlot noise = parameters.Layout[NestedLayout.NoiseOf(layer.Name + ".weight")];
            int inputs = noise.Length / noise.Shape[0];
            return new WeightLayer(
                parameters.ValueOf(noise).view(noise.Shape[0], inputs).DetachFromDisposeScope(), parameters.GradientOf(noise).view(noise.Shape[0], inputs).DetachFromDisposeScope(),
                settings.Summed ? 1 : 1.0 / inputs);
        }
    }

    public override void FitStart(FitContext context, bool resumed) => _net.Temperature = _settings.TemperatureAt(context.Rule.Steps);

    public override void AfterGradient(StepContext step)
    {
        double factor = _settings.FactorAt(step.Step);
        if (factor > 0)
            foreach (Mask mask in _masks)
                Add(mask, factor);
    }

    public override void AfterStep(StepContext step)
    {
        foreach (Mask mask in _masks)
        {
            foreach (WeightLayer layer in mask.Layers)
                layer.Noise.clamp_(_least, _most);
            if (mask.Gates is not { } slot)
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
        foreach (Mask mask in _masks)
        {
            double[] logKeep = [0], logTail = [0];
            if (mask.Gates is { } slot)
            {
                double[] gates = Gates(slot);
                (logKeep, logTail) = (new double[gates.Length + 1], new double[gates.Length + 1]);
                BernoulliChain.LogKeep(gates, logKeep);
                BernoulliChain.LogTail(gates, logTail);
                sum += ChainDivergence.OfMasks(logTail, BernoulliChain.LogPrior(_settings.Prior, logTail.Length));
            }

            foreach (WeightLayer layer in mask.Layers)
                sum += ChainDivergence.OfWeights(logKeep, CostsOf(mask, layer, NegativeByUnit(layer), logKeep.Length));
        }

        return sum;
    }

    public override void Dispose()
    {
        _divergence.Dispose();
        foreach (WeightLayer layer in _masks.SelectMany(mask => mask.Layers))
        {
            layer.Noise.Dispose();
            layer.NoiseGradient.Dispose();
        }

        foreach (Scalar scalar in new[] { _one, _least, _most, _leastGate, _mostGate })
            scalar.Dispose();
    }

    private void Add(Mask mask, double factor)
    {
        double[] gates = mask.Gates is { } slot ? Gates(slot) : [], logKeep = new double[gates.Length + 1], costs = new double[logKeep.Length];
        BernoulliChain.LogKeep(gates, logKeep);
        foreach (WeightLayer layer in mask.Layers)
        {
            int units = (int)layer.Noise.shape[0];
            var factors = new float[units];
            for (int unit = 0, element = 0; unit < units; unit++)
            {
                while (mask.Groups is { } groups && groups.UnitsOfOutcome(element) <= unit)
                    element++;
                factors[unit] = (float)(-factor * layer.PerInput * Math.Exp(logKeep[element]));
            }

            double[] own = CostsOf(mask, layer, AddSlopes(layer, factors), logKeep.Length);
            for (int i = 0; i < costs.Length; i++)
                costs[i] += own[i];
        }

        if (mask.Gates is null || _net.Settings.Ordering != NestedOrdering.Learned)
            return;
        var gradient = new double[gates.Length];
        ChainDivergence.AddGradient(gates, BernoulliChain.LogPrior(_settings.Prior, logKeep.Length), costs, factor, gradient);
        OrderedMask.WriteGradient(_net.Parameters, mask.Gates, gradient, add: true);
    }

    // Adds each unit's factor times the slope of −K to the gradient; gives the sum of −K of each unit.
    private float[] AddSlopes(WeightLayer layer, float[] factors)
    {
        if (_net.Parameters.OnCpu)
        {
            Span<float> noise = MemoryMarshal.Cast<byte, float>(layer.Noise.bytes), gradient = MemoryMarshal.Cast<byte, float>(layer.NoiseGradient.bytes);
            int inputs = noise.Length / factors.Length;
            var sums = new float[factors.Length];
            for (int unit = 0; unit < sums.Length; unit++)
                sums[unit] = (float)VariationalPasses.Divergence(noise.Slice(unit * inputs, inputs), factors[unit], gradient.Slice(unit * inputs, inputs));
            return sums;
        }

        using Tensor slope = _divergence.NegativeSlope(layer.Noise); // [out, in]
        using Tensor column = HostTensor.Create<float>(factors, layer.Noise.device).unsqueeze(1);
        layer.NoiseGradient.addcmul_(slope, column, _one);
        return NegativeByUnit(layer);
    }

    private float[] NegativeByUnit(WeightLayer layer)
    {
        using Tensor negative = _divergence.Negative(layer.Noise);
        using Tensor perUnit = negative.sum(1);
        return FlatParameters.ToArray(perUnit);
    }

    // What the weights of each element cost. The constant of K is chosen so that the noisiest weights cost nothing: a unit is never kept for its noise.
    private double[] CostsOf(Mask mask, WeightLayer layer, float[] negativeByUnit, int elements)
    {
        float free = (float)(WeightDivergence.Negative(_settings.MostLogAlpha) * layer.Noise.shape[1]);
        float[] units = Array.ConvertAll(negativeByUnit, sum => free - sum);
        var costs = new double[elements];
        if (mask.Groups is null)
            costs[0] = units.Sum(cost => (double)cost);
        else
            mask.Groups.SumByElement(units, costs);
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

    private sealed record Mask(ParameterSlot? Gates, NestedGroups? Groups, IReadOnlyList<WeightLayer> Layers);

    private sealed record WeightLayer(Tensor Noise, Tensor NoiseGradient, double PerInput);
}
