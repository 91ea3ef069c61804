using System.Buffers;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Scores rows with several fixed draws of a net's weights. The draws are made once, so a row has the same outputs whatever the batch, thread or order; nothing is
/// allocated per call.
/// </summary>
internal sealed class SampledScorer : IRowScorer
{
    private readonly IRowScorer[] _draws;

    /// <param name="draws">One scorer per draw, all of the same shape.</param>
    public SampledScorer(IRowScorer[] draws)
    {
        _draws = draws;
        OutputWidth = draws.Length * draws[0].OutputWidth;
    }

    /// <inheritdoc/>
    public int InputWidth => _draws[0].InputWidth;

    /// <summary>Draws times outputs of the net: for each row, draw by draw.</summary>
    public int OutputWidth { get; }

    /// <summary>The scorer of a nested net at a width: the mean weights, or so many draws.</summary>
    public static SampledScorer Create(NestedNetwork network, int step, int samples, bool weightNoise)
    {
        var extraction = new NestedExtraction(network, step);
        return new SampledScorer(weightNoise
            ? [.. Enumerable.Range(0, samples).Select(sample => extraction.Sample(sample).Scorer)]
            : [extraction.Mean().Scorer]);
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs)
    {
        if (_draws.Length == 1)
        {
            _draws[0].Score(rows, count, outputs);
            return;
        }

        int width = _draws[0].OutputWidth;
        if (count == 1)
        {
            for (int draw = 0; draw < _draws.Length; draw++)
                _draws[draw].Score(rows, 1, outputs.Slice(draw * width, width));
            return;
        }

        float[] rented = ArrayPool<float>.Shared.Rent(count * width);
        Span<float> one = rented.AsSpan(0, count * width);
        for (int draw = 0; draw < _draws.Length; draw++)
        {
            _draws[draw].Score(rows, count, one);
            for (int row = 0; row < count; row++)
                one.Slice(row * width, width).CopyTo(outputs[((row * OutputWidth) + (draw * width))..]);
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
