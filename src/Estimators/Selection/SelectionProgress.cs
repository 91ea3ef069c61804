namespace MLExtensions;

/// <summary>Where a selection stands.</summary>
/// <param name="Stage">What it does: "target", "source", "scores" or "coverage", each a pass over rows.</param>
/// <param name="Rows">Rows of this pass so far.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct SelectionProgress(string Stage, long Rows, TimeSpan Elapsed);
