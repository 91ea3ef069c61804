namespace MLExtensions.Trainers.WeightFiles;

/// <summary>A tensor that a net looks for in a weight file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="InHead">Whether it belongs to the head, which may be missing or of another size.</param>
internal sealed record WantedWeights(string Name, long[] Shape, bool InHead);
