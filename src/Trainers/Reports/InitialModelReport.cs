namespace MLExtensions;

/// <summary>What a fit took from its initial model.</summary>
public sealed record InitialModelReport
{
    /// <summary>Names of the parameters and statistics of the body that were taken.</summary>
    public required IReadOnlyList<string> Taken { get; init; }

    /// <summary>Names of those of the body that started fresh: the initial model has none of that name and shape.</summary>
    public required IReadOnlyList<string> Fresh { get; init; }

    /// <summary>Outputs whose weights were taken, such as the classes that both models know by the same name.</summary>
    public required IReadOnlyList<string> HeadTaken { get; init; }

    /// <summary>Outputs whose weights started fresh.</summary>
    public required IReadOnlyList<string> HeadFresh { get; init; }

    /// <summary>One sentence.</summary>
    public override string ToString() =>
        $"{Taken.Count} of {Taken.Count + Fresh.Count} parts of the body and {HeadTaken.Count} of {HeadTaken.Count + HeadFresh.Count} outputs taken from the initial model"
        + (Fresh.Count > 0 ? $"; fresh: {string.Join(", ", Fresh)}" : "") + (HeadFresh.Count > 0 ? $"; fresh outputs: {string.Join(", ", HeadFresh.Take(20))}" : "");
}
