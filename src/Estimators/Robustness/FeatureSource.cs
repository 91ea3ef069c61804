namespace MLExtensions.Estimators.Robustness;

/// <summary>Where some of the net's inputs come from: inputs[Start + i] = Factor[i] * column[i] + Offset[i].</summary>
/// <param name="Column">Name of the column at this point of the pipeline.</param>
/// <param name="Start">First input.</param>
/// <param name="Factor">One per input.</param>
/// <param name="Offset">One per input.</param>
internal sealed record FeatureSource(string Column, int Start, double[] Factor, double[] Offset)
{
    /// <summary>Why it cannot be traced further; null while it can.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The same inputs in terms of a column that the present one is made of by x * scale + shift.</summary>
    public FeatureSource Through(string column, Func<int, double> scale, Func<int, double> shift) => this with
    {
        Column = column,
        Factor = [.. Factor.Select((factor, i) => factor * scale(i))],
        Offset = [.. Offset.Select((offset, i) => offset + Factor[i] * shift(i))],
    };

    /// <summary>Some of the inputs, as those of another column.</summary>
    public FeatureSource Part(string column, int start, int length) =>
        new(column, Start + start, Factor.AsSpan(start, length).ToArray(), Offset.AsSpan(start, length).ToArray());
}
