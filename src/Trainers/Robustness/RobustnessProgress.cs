namespace MLExtensions;

/// <summary>How far an evaluation of robustness is.</summary>
/// <param name="RowsDone">Rows that all attacks have been through.</param>
/// <param name="Rows">All rows, where that is known before the end.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct RobustnessProgress(long RowsDone, long? Rows, TimeSpan Elapsed);
