namespace MLExtensions.Trainers.Training;

/// <summary>One pass over rows that do not fit in memory.</summary>
internal interface IRowStream : IDisposable
{
    /// <summary>Reads the next usable row; false at the end.</summary>
    /// <param name="features">[width], filled</param>
    /// <param name="target">Class index, 0 or 1, or the label.</param>
    /// <param name="weight">Weight of the row.</param>
    bool Read(Span<float> features, out float target, out float weight);
}
