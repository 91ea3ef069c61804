namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>The largest value of each square window.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Pixels around the picture that never are the largest.</param>
internal sealed record MaxPoolSpec(string Name, int Kernel, int Stride, int Padding) : LayerSpec(Name);
