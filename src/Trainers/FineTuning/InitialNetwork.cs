using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The fitted net from which a fit starts.</summary>
/// <param name="Network">The net; of a nested one the plain net of its whole width, with mean weights.</param>
/// <param name="Classes">What its classes are called, in the order of its outputs; null where they have no names.</param>
internal sealed record InitialNetwork(FittedNetwork Network, IReadOnlyList<string>? Classes)
{
    /// <summary>The nested net itself, from which another nested net starts; null for a plain one.</summary>
    public NestedNetwork? Nested { get; init; }
}
