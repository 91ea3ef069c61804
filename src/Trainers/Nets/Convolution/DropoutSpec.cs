namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>Sets a random share of the values to 0 while training and enlarges the rest; does nothing when scoring.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Share">The share, in [0, 1).</param>
internal sealed record DropoutSpec(string Name, double Share) : LayerSpec(Name);
