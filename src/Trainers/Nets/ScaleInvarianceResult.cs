namespace MLExtensions;

/// <summary>What <see cref="ScaleInvariance.Verify"/> found for one weight.</summary>
/// <param name="Weight">Name of the weight.</param>
/// <param name="Declared">Whether the recipe says that its scale does not matter.</param>
/// <param name="Change">Largest change of an output, relative to the largest output.</param>
/// <param name="Holds">Whether the recipe is right.</param>
public sealed record ScaleInvarianceResult(string Weight, bool Declared, double Change, bool Holds);
