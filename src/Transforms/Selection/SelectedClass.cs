namespace MLExtensions;

/// <summary>What a selection says of one class of the source.</summary>
/// <param name="Rank">1 for the best.</param>
/// <param name="Index">The class's index in the source's key, from 0.</param>
/// <param name="Name">What it is called.</param>
/// <param name="IsSelected">Whether it, or a row of it, was chosen.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="SelectedRows">Those that are passed on.</param>
/// <param name="Score">What it was ranked by, the higher the better: the mass that it sends (transport), or a distance with a minus sign; −∞ for a class without rows.</param>
/// <param name="MassToTargets">The mass that transport moves from it to each target class, in their order; whatever the strategy was.</param>
/// <param name="NearestTarget">The target class whose mean is nearest by cosine; null for a class without rows.</param>
/// <param name="NearestDistance">1 − cos between both means; NaN for a class without rows.</param>
public sealed record SelectedClass(
    int Rank, int Index, string Name, bool IsSelected, long Rows, long SelectedRows, double Score, IReadOnlyList<double> MassToTargets, string? NearestTarget, double NearestDistance);
