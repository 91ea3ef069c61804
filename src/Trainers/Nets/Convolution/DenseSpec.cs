namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>A fully connected layer with bias and activation.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Inputs">Features in.</param>
/// <param name="Outputs">Units.</param>
/// <param name="Activation">What follows.</param>
internal sealed record DenseSpec(string Name, int Inputs, int Outputs, Rectification Activation) : WeightedSpec(Name, Norm: null)
{
    public override int[] WeightShape { get; } = [Outputs, Inputs];

    public override double Work => 2.0 * Inputs * Outputs;
}
