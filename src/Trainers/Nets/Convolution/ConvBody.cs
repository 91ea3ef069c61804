namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>The one description of a convolutional net for pictures of a given shape: its layers up to the vector of features before the output layer.</summary>
/// <param name="Input">The pictures.</param>
/// <param name="Layers">In the order of execution.</param>
/// <param name="Features">Length of the vector.</param>
/// <param name="HeadName">What torchvision calls the output layer; ours is "head" in every recipe.</param>
internal sealed record ConvBody(InputShape Input, IReadOnlyList<LayerSpec> Layers, int Features, string HeadName)
{
    /// <summary>Layers with parameters, those inside of blocks too, in the order of torchvision's state dictionary.</summary>
    public IEnumerable<WeightedSpec> Weighted
    {
        get
        {
            foreach (LayerSpec layer in Layers)
            {
                if (layer is WeightedSpec weighted)
                    yield return weighted;
                if (layer is not BlockSpec block)
                    continue;
                foreach (ConvSpec conv in block.Branch)
                    yield return conv;
                if (block.Projection is not null)
                    yield return block.Projection;
            }
        }
    }

    /// <summary>Numbers per row in the largest result of a convolution.</summary>
    public long LargestResult => Weighted.OfType<ConvSpec>().Max(conv => conv.Places * conv.Outputs);

    /// <summary>The output layer.</summary>
    /// <param name="outputs">Outputs per row.</param>
    public DenseSpec Head(int outputs) => new("head", Features, outputs, Rectification.None);

    /// <summary>Floating-point operations of a forward pass through the body, per row.</summary>
    public double Work => Weighted.Sum(layer => layer.Work);
}
