using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Augmenting;

/// <summary>
/// Sets a square of each picture to 0, the mean of the channel. Its centre is any pixel, so it may reach over the edge (DeVries and Taylor, arXiv 1708.04552).
/// </summary>
/// <param name="recipe">The side of the square.</param>
/// <param name="shape">The pictures.</param>
internal sealed class SquareHoles(Augmentation recipe, InputShape shape)
{
    /// <summary>Pixels of a side.</summary>
    public int Side { get; } = (int)Math.Round(recipe.Cutout * Math.Min(shape.Height, shape.Width));

    /// <summary>Changes rows in place.</summary>
    /// <param name="rows">[batch, features], contiguous</param>
    /// <param name="random">The draws.</param>
    public void Apply(Tensor rows, SeededRandom random)
    {
        int count = (int)rows.shape[0], height = shape.Height, width = shape.Width;
        float[] inRows = new float[count * height], inColumns = new float[count * width]; // 1 within the square
        for (int i = 0; i < count; i++)
        {
            Fill(inRows.AsSpan(i * height, height), random.NextInt(height));
            Fill(inColumns.AsSpan(i * width, width), random.NextInt(width));
        }

        using Scalar one = 1;
        Tensor square = HostTensor.Create<float>(inRows, rows.device).view(count, height, 1).mul(HostTensor.Create<float>(inColumns, rows.device).view(count, 1, width));
        Tensor kept = square.neg_().add_(one, one).view(count, -1); // [batch, pixels]
        if (shape.Layout == ImageLayout.Planar)
            rows.view(count, shape.Channels, -1).mul_(kept.unsqueeze(1));
        else
            rows.view(count, -1, shape.Channels).mul_(kept.unsqueeze(2));
    }

    private void Fill(Span<float> line, int centre)
    {
        int from = centre - (Side / 2);
        int first = Math.Max(0, from), end = Math.Min(line.Length, from + Side);
        line[first..Math.Max(first, end)].Fill(1);
    }
}
