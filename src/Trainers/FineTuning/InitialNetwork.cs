using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The fitted net from which a fit starts.</summary>
/// <param name="Network">The net.</param>
/// <param name="Classes">What its classes are called, in the order of its outputs; null where they have no names.</param>
internal sealed record InitialNetwork(FittedNetwork Network, IReadOnlyList<string>? Classes);
