using System.Buffers;
using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Scores each picture and its mirror image, left and right exchanged, and gives the mean of both raw outputs: test-time augmentation at twice the cost.
/// </summary>
/// <param name="inner">Scores pictures.</param>
/// <param name="shape">What a row is; a picture.</param>
internal sealed class MirroringScorer(IRowScorer inner, InputShape shape) : IRowScorer
{
    public int InputWidth => inner.InputWidth;

    public int OutputWidth => inner.OutputWidth;

    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs)
    {
        int length = count * InputWidth;
        float[] mirrored = ArrayPool<float>.Shared.Rent(length);
        float[] second = ArrayPool<float>.Shared.Rent(count * OutputWidth);
        try
        {
            Mirror(rows[..length], mirrored);
            inner.Score(rows, count, outputs);
            Span<float> used = second.AsSpan(0, count * OutputWidth);
            inner.Score(mirrored.AsSpan(0, length), count, used);
            TensorPrimitives.Add(outputs[..used.Length], used, outputs);
            TensorPrimitives.Multiply(outputs[..used.Length], 0.5f, outputs);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(mirrored);
            ArrayPool<float>.Shared.Return(second);
        }
    }

    // A line of pixels at a time: one channel of it, or all of them side by side.
    private void Mirror(ReadOnlySpan<float> rows, Span<float> mirrored)
    {
        int width = shape.Width;
        int depth = shape.Layout == ImageLayout.Planar ? 1 : shape.Channels;
        for (int line = 0; line < rows.Length; line += width * depth)
            for (int x = 0; x < width; x++)
                rows.Slice(line + ((width - 1 - x) * depth), depth).CopyTo(mirrored.Slice(line + (x * depth), depth));
    }
}
