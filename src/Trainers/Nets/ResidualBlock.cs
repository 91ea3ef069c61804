namespace MLExtensions.Trainers.Nets;

/// <summary>Weights in series that a shortcut bypasses.</summary>
/// <param name="Weights">Names of the weights on the branch, in order.</param>
/// <param name="Shortcut">Name of the weight on the shortcut; null where it has none.</param>
internal sealed record ResidualBlock(IReadOnlyList<string> Weights, string? Shortcut);
