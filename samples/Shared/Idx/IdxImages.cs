namespace MLExtensions.Samples.Shared.Idx;

/// <summary>The pictures of an IDX file.</summary>
/// <param name="Rows">Pixels from top to bottom.</param>
/// <param name="Columns">Pixels from left to right.</param>
/// <param name="Pixels">One array per picture: [Rows * Columns] brightness values, row by row.</param>
public sealed record IdxImages(int Rows, int Columns, IReadOnlyList<byte[]> Pixels);
