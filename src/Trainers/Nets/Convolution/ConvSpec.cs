namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>A square convolution, batch normalisation where <paramref name="Norm"/> names one, and activation. A bias is there only without normalisation, which would cancel it.</summary>
/// <param name="Name">Name of the convolution.</param>
/// <param name="Norm">Name of the batch normalisation, or null.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step between two places of the kernel.</param>
/// <param name="Groups">Groups of channels that do not see each other.</param>
/// <param name="Activation">What follows.</param>
/// <param name="Places">Pixels of the result.</param>
internal sealed record ConvSpec(string Name, string? Norm, int Inputs, int Outputs, int Kernel, int Stride, int Groups, Rectification Activation, long Places) : WeightedSpec(Name, Norm)
{
    /// <summary>Strides, as torch wants them.</summary>
    public long[] Strides { get; } = [Stride, Stride];

    /// <summary>Zeros around the picture: the size stays, but for the stride.</summary>
    public long[] Padding { get; } = [(Kernel - 1) / 2, (Kernel - 1) / 2];

    public override int[] WeightShape { get; } = [Outputs, Kernel, Kernel, Inputs / Groups];

    public override double Work => 2.0 * Places * Outputs * (Inputs / Groups) * Kernel * Kernel;
}
