using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Draws the mask of one layer, one for all rows of a pass: zeros and ones forward, and backward the gradient of the soft sample with the same noise
/// (straight-through). The chain has some 30 entries and lives in managed memory; on another device it costs one small copy a pass.
/// </summary>
internal sealed class OrderedMask
{
    private readonly FlatParameters _parameters;
    private readonly ParameterSlot? _slot;
    private readonly bool _learned;
    private readonly double[] _gates;
    private readonly double[] _logTail;
    private readonly double[] _gumbel;
    private readonly double[] _byElement;
    private readonly double[] _c;

    public OrderedMask(FlatParameters parameters, NestedGroups groups, int layer, NestedSettings settings)
    {
        _parameters = parameters;
        Groups = groups;
        _learned = settings.Ordering == NestedOrdering.Learned;
        _slot = parameters.Layout.Parameters.FirstOrDefault(slot => slot.Name == NestedLayout.GatesOf(layer));
        int k = groups.Outcomes;
        _gates = new double[k - 1];
        (_logTail, _gumbel, _byElement, _c) = (new double[k], new double[k], new double[k], new double[k]);
    }

    /// <summary>How the layer is cut.</summary>
    public NestedGroups Groups { get; }

    /// <summary>Units that the last mask kept.</summary>
    public int Kept { get; private set; }

    /// <summary>τ of the soft sample.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>Draws a mask.</summary>
    /// <returns>[units] of zeros and ones; null where everything is kept always.</returns>
    public Tensor? Draw(SeededRandom random)
    {
        Kept = Groups.Units;
        if (_slot is null)
            return null;
        ReadGates(_parameters, _slot, _gates);
        BernoulliChain.LogTail(_gates, _logTail);
        for (int i = 0; i < _gumbel.Length; i++)
            _gumbel[i] = Downhill.Gumbel(random.NextDouble());
        Kept = Groups.UnitsOfOutcome(Downhill.Hard(_logTail, _gumbel));
        return MaskOf(Groups.Units, Kept, _parameters.Device);
    }

    /// <summary>Overwrites the gradient of the gates.</summary>
    /// <param name="byUnit">[units], the gradient by the mask</param>
    public void Backward(Tensor byUnit)
    {
        if (_slot is null || !_learned)
            return;
        Groups.SumByElement(FlatParameters.ToArray(byUnit), _byElement);
        Span<double> z = new double[_c.Length];
        Downhill.Soft(_logTail, _gumbel, Temperature, _c, z);
        Span<double> byLogTail = z;
        Downhill.Backward(_c, Temperature, _byElement, byLogTail);
        var gradient = new double[_gates.Length];
        BernoulliChain.AddGradient(_gates, byLogTail, gradient);
        WriteGradient(_parameters, _slot, gradient, add: false);
    }

    /// <summary>Ones, then zeros.</summary>
    public static Tensor MaskOf(int units, int kept, Device device)
    {
        Span<float> mask = units <= 4096 ? stackalloc float[units] : new float[units];
        mask[..kept].Fill(1);
        mask[kept..].Clear();
        return HostTensor.Create<float>(mask, device);
    }

    /// <summary>Copies gates out.</summary>
    public static void ReadGates(FlatParameters parameters, ParameterSlot slot, double[] gates)
    {
        using Tensor view = parameters.Values.narrow(0, slot.Offset, slot.Length);
        float[] values = FlatParameters.ToArray(view);
        for (int i = 0; i < gates.Length; i++)
            gates[i] = values[i];
    }

    /// <summary>Writes or adds a gradient of gates.</summary>
    public static void WriteGradient(FlatParameters parameters, ParameterSlot slot, double[] gradient, bool add)
    {
        using Tensor view = parameters.Gradients.narrow(0, slot.Offset, slot.Length);
        float[] values = add ? FlatParameters.ToArray(view) : new float[gradient.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] += (float)gradient[i];
        FlatParameters.CopyFrom(view, values);
    }
}
