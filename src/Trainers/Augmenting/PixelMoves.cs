using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Augmenting;

/// <summary>Mirrors and shifts by whole pixels: one gather for the batch; values are never changed. The rim repeats the edge.</summary>
/// <param name="recipe">Flip and padded crop.</param>
/// <param name="shape">The pictures.</param>
internal sealed class PixelMoves(Augmentation recipe, InputShape shape)
{
    /// <summary>Moves every picture by draws of its own.</summary>
    /// <param name="rows">[batch, features]; not changed.</param>
    /// <param name="random">The draws.</param>
    /// <returns>[batch, features], new</returns>
    public Tensor Apply(Tensor rows, SeededRandom random)
    {
        int count = (int)rows.shape[0], height = shape.Height, width = shape.Width, pixels = height * width;
        int most = (int)Math.Round(recipe.PaddedCrop * height), mostAcross = (int)Math.Round(recipe.PaddedCrop * width);
        var starts = new long[count * height];  // of the source row, in pixels
        var columns = new long[count * width];
        for (int i = 0; i < count; i++)
        {
            bool flip = recipe.HorizontalFlip && random.NextInt(2) == 1;
            int down = Draw(random, most), across = Draw(random, mostAcross);
            for (int y = 0; y < height; y++)
                starts[(i * height) + y] = Math.Clamp(y + down, 0, height - 1) * (long)width;
            for (int x = 0; x < width; x++)
                columns[(i * width) + x] = Math.Clamp((flip ? width - 1 - x : x) + across, 0, width - 1);
        }

        using Scalar one = 1;
        Tensor places = HostTensor.Create<long>(starts, rows.device).view(count, height, 1)
            .add(HostTensor.Create<long>(columns, rows.device).view(count, 1, width), one).view(count, pixels); // [batch, pixels]
        if (shape.Layout == ImageLayout.Planar)
            return rows.view(count, shape.Channels, pixels).gather(2, places.unsqueeze(1).expand(count, shape.Channels, pixels)).view(count, -1);
        return rows.view(count, pixels, shape.Channels).gather(1, places.unsqueeze(2).expand(count, pixels, shape.Channels)).view(count, -1);
    }

    private static int Draw(SeededRandom random, int most) => most == 0 ? 0 : random.NextInt((2 * most) + 1) - most;
}
