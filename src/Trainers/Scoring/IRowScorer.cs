namespace MLExtensions.Trainers.Scoring;

/// <summary>Maps rows of features to rows of raw outputs (logits, or the predicted number). Implementations are thread-safe.</summary>
internal interface IRowScorer
{
    /// <summary>Features per row.</summary>
    int InputWidth { get; }

    /// <summary>Outputs per row.</summary>
    int OutputWidth { get; }

    /// <summary>Scores <paramref name="count"/> rows.</summary>
    /// <param name="rows">[count * InputWidth], row by row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="outputs">[count * OutputWidth], row by row.</param>
    void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs);
}
