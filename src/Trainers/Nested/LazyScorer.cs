using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nested;

/// <summary>Makes a scorer when the first row comes, so that a view costs nothing until it is used.</summary>
internal sealed class LazyScorer(int inputWidth, int outputWidth, Func<IRowScorer> create) : IRowScorer
{
    private readonly Lazy<IRowScorer> _scorer = new(create);

    /// <inheritdoc/>
    public int InputWidth => inputWidth;

    /// <inheritdoc/>
    public int OutputWidth => outputWidth;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs) => _scorer.Value.Score(rows, count, outputs);
}
