namespace MLExtensions;

/// <summary>How well the chosen part of a source covers one class of the target.</summary>
/// <param name="Index">The class's index in the target's key, from 0.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Mass">The mass that transport moves to it from the whole source.</param>
/// <param name="CoveredShare">The share of that mass that comes from what was chosen, 0 to 1; NaN for a class without rows.</param>
/// <param name="BestSource">The source class that sends it most.</param>
public sealed record TargetCoverage(int Index, string Name, long Rows, double Mass, double CoveredShare, string? BestSource);
