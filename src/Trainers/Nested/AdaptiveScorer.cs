using System.Buffers;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Scores rows at a narrow width, then those that are not sure at a wide one. A row's outputs do not depend on the others. After the outputs of a row stands 1 where it
/// was widened, else 0.
/// </summary>
internal sealed class AdaptiveScorer(IRowScorer narrow, IRowScorer wide, NestedOutputs outputs, float leastCertainty) : IRowScorer
{
    private const int StackFloats = 1024;

    /// <inheritdoc/>
    public int InputWidth => narrow.InputWidth;

    /// <inheritdoc/>
    public int OutputWidth => narrow.OutputWidth + 1;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> rows, int count, Span<float> target)
    {
        int width = narrow.OutputWidth, inputs = InputWidth;
        int needed = (2 * width) + outputs.ScoreWidth;
        float[]? rented = count > 1 || needed > StackFloats ? ArrayPool<float>.Shared.Rent(checked((count * (width + inputs)) + needed)) : null;
        Span<float> work = rented is null ? stackalloc float[StackFloats] : rented;
        Span<float> completed = work[..width], scratch = work.Slice(width, outputs.ScoreWidth), results = work.Slice(width + outputs.ScoreWidth, count * width);
        narrow.Score(rows, count, results);
        for (int row = 0; row < count; row++)
            results.Slice(row * width, width).CopyTo(target[(row * OutputWidth)..]);
        int unsure = 0;
        for (int row = 0; row < count; row++)
        {
            results.Slice(row * width, width).CopyTo(completed);
            outputs.Complete(completed);
            bool sure = outputs.Certainty(completed, scratch) >= leastCertainty;
            target[(row * OutputWidth) + width] = sure ? 0 : 1;
            unsure += sure ? 0 : 1;
        }

        if (unsure > 0)
            Widen(rows, count, unsure, target, results, count == 1 ? default : work.Slice(width + outputs.ScoreWidth + (count * width), unsure * inputs));
        if (rented is not null)
            ArrayPool<float>.Shared.Return(rented);
    }

    private void Widen(ReadOnlySpan<float> rows, int count, int unsure, Span<float> target, Span<float> results, Span<float> gathered)
    {
        int width = narrow.OutputWidth, inputs = InputWidth;
        if (count > 1)
        {
            for (int row = 0, at = 0; row < count; row++)
                if (target[(row * OutputWidth) + width] == 1)
                    rows.Slice(row * inputs, inputs).CopyTo(gathered[(at++ * inputs)..]);
            rows = gathered;
        }

        wide.Score(rows, unsure, results);
        for (int row = 0, at = 0; row < count; row++)
            if (target[(row * OutputWidth) + width] == 1)
                results.Slice(at++ * width, width).CopyTo(target[(row * OutputWidth)..]);
    }
}
