using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// Where each parameter and buffer of a net lies in its two flat arrays. All weights come first, then biases, then norm parameters,
/// so that a regulariser of the weights works on one contiguous piece.
/// </summary>
internal sealed class ParameterLayout
{
    /// <summary>Places slots: weights, biases and norm parameters in one array, running statistics in another, each in the given order.</summary>
    internal ParameterLayout(IEnumerable<ParameterSlot> parameters, IEnumerable<ParameterSlot> buffers)
    {
        Parameters = Place(parameters);
        Buffers = Place(buffers);
        ParameterCount = Parameters.Sum(slot => slot.Length);
        BufferCount = Buffers.Sum(slot => slot.Length);
        WeightCount = Parameters.Where(slot => slot.Role == ParameterRole.Weight).Sum(slot => slot.Length);
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

    /// <summary>Weights that a shortcut bypasses together; empty for a plain chain of layers.</summary>
    public IReadOnlyList<ResidualBlock> ResidualBlocks { get; init; } = [];

    /// <summary>The parameter of that name.</summary>
    public ParameterSlot this[string name] => Parameters.Concat(Buffers).First(slot => slot.Name == name);

    /// <summary>The layout of a recipe for given sizes.</summary>
    public static ParameterLayout Of(Architecture architecture, InputShape input, int outputWidth) => architecture switch
    {
        MlpArchitecture mlp => OfMlp(mlp, input.Length, outputWidth),
        ConvArchitecture conv => ConvLayout.Of(conv.Describe(input), outputWidth),
        _ => throw new NotSupportedException($"No layout for the recipe {architecture.GetType().Name}."),
    };

    /// <summary>The same layout with more parameters behind the others.</summary>
    public ParameterLayout With(IEnumerable<ParameterSlot> more) => new([.. Parameters, .. more], Buffers) { ResidualBlocks = ResidualBlocks };

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
            weights.Add(new($"layers.{i}.weight", ParameterRole.Weight, [units, fanIn], mlp switch
            {
                { WeightStandardization: true } or { Normalization: Normalization.Batch } => ScaleInvarianceKind.Rows,
                { Normalization: Normalization.Layer } => ScaleInvarianceKind.Matrix,
                _ => ScaleInvarianceKind.None,
            })
            { BatchNorm = mlp.Normalization == Normalization.Batch && !mlp.WeightStandardization ? $"layers.{i}.norm" : null }); // a standardised row's outputs have no part in its scale
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
        return new([.. weights, .. biases, .. norms], buffers);
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
