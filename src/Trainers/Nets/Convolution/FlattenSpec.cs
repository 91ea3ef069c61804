namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>All pixels as one vector per row, channel by channel.</summary>
internal sealed record FlattenSpec(string Name) : LayerSpec(Name);
