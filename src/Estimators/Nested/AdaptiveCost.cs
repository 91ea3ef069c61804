namespace MLExtensions;

/// <summary>What an adaptive width has cost on some rows.</summary>
/// <param name="Rows">Rows that were scored.</param>
/// <param name="WidenedShare">The share of them that were scored a second time, at the wide width.</param>
/// <param name="MeanCost">Mean multiplications of a row, as a share of the wide width's; above 1 where nearly all rows are widened.</param>
public sealed record AdaptiveCost(int Rows, double WidenedShare, double MeanCost);
