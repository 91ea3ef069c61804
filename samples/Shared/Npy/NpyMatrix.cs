namespace MLExtensions.Samples.Shared.Npy;

/// <summary>Numbers of a .npy file.</summary>
/// <param name="Rows">Rows; a vector has one per value.</param>
/// <param name="Columns">Columns; 1 for a vector.</param>
/// <param name="Values">[rows, columns], row by row; float32 values are widened, which is exact.</param>
public sealed record NpyMatrix(int Rows, int Columns, double[] Values);
