namespace MLExtensions.Trainers.Nets;

/// <summary>
/// Where each parameter and buffer of a net lies in its two flat arrays. All weights come first, then biases, then norm parameters,
/// so that a regulariser of the weights works on one contiguous piece.
/// </summary>
internal sealed class ParameterLayout
{
    private ParameterLayout(IReadOnlyList<ParameterSlot> parameters, IReadOnlyList<ParameterSlot> buffers)
    {
        Parameters = parameters;
        Buffers = buffers;
        ParameterCount = parameters.Sum(slot => slot.Length);
        BufferCount = buffers.Sum(slot => slot.Length);
        WeightCount = parameters.Where(slot => slot.Role == ParameterRole.Weight).Sum(slot => slot.Length);
    }

    /// <summary>Trained parameters in storage order.</summary>
    public IReadOnlyList<ParameterSlot> Parameters { get; }

    /// <summary>Running statistics in storage order.</summary>
    public IReadOnlyList<ParameterSlot> Buffers { get; }

    /// <summary>Length of the flat parameter array.</summary>
    public int ParameterCount { get; }

    /// <summary>Length of the flat buffer array.</summary>
    public int BufferCount { get; }

    /// <summary>Length of the leading piece that holds the weights.</summary>
    public int WeightCount { get; }

    /// <summary>The parameter of that name.</summary>
    public ParameterSlot this[string name] => Parameters.Concat(Buffers).First(slot => slot.Name == name);

    /// <summary>The layout of a recipe for given sizes.</summary>
    public static ParameterLayout Of(Architecture architecture, int inputWidth, int outputWidth) => architecture switch
    {
        MlpArchitecture mlp => OfMlp(mlp, inputWidth, outputWidth),
        _ => throw new NotSupportedException($"No layout for the recipe {architecture.GetType().Name}."),
    };

    /// <summary>The same layout with more parameters behind the others.</summary>
    public ParameterLayout With(IEnumerable<ParameterSlot> more) => new(Place([.. Parameters, .. more]), Buffers);

    private static ParameterLayout OfMlp(MlpArchitecture mlp, int inputWidth, int outputWidth)
    {
        var weights = new List<ParameterSlot>();
        var biases = new List<ParameterSlot>();
        var norms = new List<ParameterSlot>();
        var buffers = new List<ParameterSlot>();
        int fanIn = inputWidth;
        for (int i = 0; i < mlp.Widths.Count; i++)
        {
            int units = mlp.Widths[i];
            bool normalized = mlp.Normalization != Normalization.None;
            weights.Add(new($"layers.{i}.weight", ParameterRole.Weight, [units, fanIn], mlp.Normalization switch
            {
                Normalization.Batch => ScaleInvarianceKind.Rows,
                Normalization.Layer => ScaleInvarianceKind.Matrix,
                _ => ScaleInvarianceKind.None,
            })
            { BatchNorm = mlp.Normalization == Normalization.Batch ? $"layers.{i}.norm" : null });
            if (normalized)
            {
                norms.Add(new($"layers.{i}.norm.scale", ParameterRole.NormScale, [units]));
                norms.Add(new($"layers.{i}.norm.shift", ParameterRole.NormShift, [units]));
            }
            else
            {
                // A normalisation subtracts the mean over the batch or has its own shift: a bias before it would do nothing or double it.
                biases.Add(new($"layers.{i}.bias", ParameterRole.Bias, [units]));
            }

            if (mlp.Normalization == Normalization.Batch)
            {
                buffers.Add(new($"layers.{i}.norm.mean", ParameterRole.NormShift, [units]));
                buffers.Add(new($"layers.{i}.norm.variance", ParameterRole.NormScale, [units]));
            }

            fanIn = units;
        }

        weights.Add(new("head.weight", ParameterRole.Weight, [outputWidth, fanIn]));
        biases.Add(new("head.bias", ParameterRole.Bias, [outputWidth]));
        return new(Place([.. weights, .. biases, .. norms]), Place(buffers));
    }

    private static List<ParameterSlot> Place(IEnumerable<ParameterSlot> slots)
    {
        var placed = new List<ParameterSlot>();
        int offset = 0;
        foreach (ParameterSlot slot in slots)
        {
            placed.Add(slot with { Offset = offset });
            offset = checked(offset + slot.Length);
        }

        return placed;
    }


}
