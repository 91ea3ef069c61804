namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>A layer with a weight.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Norm">Name of the batch normalisation that follows, or null; then the layer has a bias.</param>
internal abstract record WeightedSpec(string Name, string? Norm) : LayerSpec(Name)
{
    /// <summary>Shape of the weight as it lies in memory; the first is the number of outputs.</summary>
    public abstract int[] WeightShape { get; }

    /// <summary>Floating-point operations of a forward pass, per row.</summary>
    public abstract double Work { get; }
}
