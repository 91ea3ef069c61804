namespace MLExtensions.Samples.Shared.Tables;

/// <summary>A column of a table and what was inferred about it.</summary>
/// <param name="Name">From the header.</param>
/// <param name="Index">0 for the first column of the file.</param>
/// <param name="Use">What it is used as.</param>
/// <param name="MissingCount">Rows without a value.</param>
/// <param name="Note">Why it has this use, for the reader.</param>
public sealed record InferredColumn(string Name, int Index, ColumnUse Use, long MissingCount, string Note);
