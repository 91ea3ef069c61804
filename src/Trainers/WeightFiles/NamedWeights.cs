namespace MLExtensions.Trainers.WeightFiles;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">Its numbers, the last index fastest.</param>
internal sealed record NamedWeights(string Name, long[] Shape, ReadOnlyMemory<float> Values);
