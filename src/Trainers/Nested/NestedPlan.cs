using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Which layers of a recipe share which mask: one for each hidden layer or convolution, but one for the whole stream of a residual stage, whose channels are added to each
/// other. Fully connected layers of convolutional recipes, and output layers, have none.
/// </summary>
/// <param name="Layers">Layers with weights, in the order of the layout; the output layer is the last.</param>
/// <param name="Masks">Units of every mask.</param>
internal sealed record NestedPlan(IReadOnlyList<NestedLayer> Layers, IReadOnlyList<int> Masks)
{
    /// <summary>The plan of a recipe.</summary>
    public static NestedPlan Of(Architecture recipe, InputShape input, int outputWidth) => recipe switch
    {
        MlpArchitecture mlp => OfMlp(mlp, outputWidth),
        ConvArchitecture conv => OfConv(conv.Describe(input), outputWidth),
        _ => throw new NotSupportedException($"No plan for the recipe {recipe.GetType().Name}."),
    };

    /// <summary>The layer of that name.</summary>
    public NestedLayer this[string name] => Layers.First(layer => layer.Name == name);

    /// <summary>How a mask's units are cut.</summary>
    public NestedGroups[] Groups(NestedSettings settings) => [.. Masks.Select(units => new NestedGroups(units, settings))];

    private static NestedPlan OfMlp(MlpArchitecture mlp, int outputWidth)
    {
        IEnumerable<NestedLayer> hidden = mlp.Widths.Select((units, i) =>
            new NestedLayer($"layers.{i}", units, i, i - 1, mlp.Normalization == Normalization.Batch ? $"layers.{i}.norm" : null));
        return new([.. hidden, new NestedLayer("head", outputWidth, -1, mlp.Widths.Count - 1, null)], mlp.Widths);
    }

    private static NestedPlan OfConv(ConvBody body, int outputWidth)
    {
        var layers = new List<NestedLayer>();
        var masks = new List<int>();
        int stream = -1;
        foreach (LayerSpec layer in body.Layers)
            if (layer is ConvSpec conv)
                stream = Add(conv, New(conv), stream);
            else if (layer is BlockSpec block)
                stream = AddBlock(block, stream);
            else if (layer is DenseSpec dense)
                stream = Add(dense, -1, stream);
        layers.Add(new NestedLayer("head", outputWidth, -1, stream, null));
        return new(layers, masks);

        int New(ConvSpec conv)
        {
            masks.Add(conv.Outputs);
            return masks.Count - 1;
        }

        int Add(WeightedSpec spec, int mask, int inputMask)
        {
            layers.Add(new NestedLayer(spec.Name, spec.WeightShape[0], mask, inputMask, spec.Norm));
            return mask;
        }

        int AddBlock(BlockSpec block, int input)
        {
            int inner = input;
            foreach (ConvSpec conv in block.Branch.SkipLast(1))
                inner = Add(conv, New(conv), inner);
            int end = block.Shortcut == ShortcutKind.Identity ? input : New(block.Branch[^1]);
            Add(block.Branch[^1], end, inner);
            if (block.Projection is not null)
                Add(block.Projection, end, input);
            return end;
        }
    }
}
