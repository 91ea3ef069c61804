using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Augmenting;

/// <summary>
/// Crops, enlarges, turns, mirrors and shifts in one resampling of the batch: an affine map for each picture, bilinear, the rim repeats the edge.
/// </summary>
/// <param name="recipe">What may happen.</param>
/// <param name="shape">The pictures.</param>
internal sealed class PictureTurns(Augmentation recipe, InputShape shape)
{
    private const double WidestRatio = 4.0 / 3;

    /// <summary>Maps every picture by draws of its own.</summary>
    /// <param name="rows">[batch, features]; not changed.</param>
    /// <param name="random">The draws.</param>
    /// <returns>[batch, features], new</returns>
    public Tensor Apply(Tensor rows, SeededRandom random)
    {
        int count = (int)rows.shape[0];
        var maps = new float[count * 6];
        for (int i = 0; i < count; i++)
            Map(random, maps.AsSpan(i * 6, 6));
        Tensor grid = nn.functional.affine_grid(
            HostTensor.Create<float>(maps, rows.device).view(count, 2, 3), [count, shape.Channels, shape.Height, shape.Width], align_corners: false);
        bool planar = shape.Layout == ImageLayout.Planar;
        Tensor pictures = planar
            ? rows.view(count, shape.Channels, shape.Height, shape.Width)
            : rows.view(count, shape.Height, shape.Width, shape.Channels).permute(0, 3, 1, 2);
        Tensor turned = nn.functional.grid_sample(pictures, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false);
        return (planar ? turned : turned.permute(0, 2, 3, 1)).reshape(count, -1);
    }

    // From a place of the new picture to one of the old, both from -1 to 1: [a b c; d e f]. The turn is one of pixels, so sides of unequal length come in.
    private void Map(SeededRandom random, Span<float> map)
    {
        double across = 1, down = 1, x = 0, y = 0;
        if (recipe.ResizedCrop < 1)
        {
            double area = recipe.ResizedCrop + ((1 - recipe.ResizedCrop) * random.NextDouble());
            double ratio = Math.Pow(WidestRatio, (2 * random.NextDouble()) - 1);
            across = Math.Min(1, Math.Sqrt(area * ratio));
            down = Math.Min(1, Math.Sqrt(area / ratio));
            x = (1 - across) * ((2 * random.NextDouble()) - 1);
            y = (1 - down) * ((2 * random.NextDouble()) - 1);
        }
        else if (recipe.PaddedCrop > 0)
        {
            x = 2 * recipe.PaddedCrop * ((2 * random.NextDouble()) - 1);
            y = 2 * recipe.PaddedCrop * ((2 * random.NextDouble()) - 1);
        }

        double flip = recipe.HorizontalFlip && random.NextInt(2) == 1 ? -1 : 1;
        double angle = recipe.Rotation > 0 ? recipe.Rotation * Math.PI / 180 * ((2 * random.NextDouble()) - 1) : 0;
        (double sin, double cos) = Math.SinCos(angle);
        double sides = (double)shape.Height / shape.Width;
        map[0] = (float)(cos * across * flip);
        map[1] = (float)(-sin * down * sides);
        map[2] = (float)x;
        map[3] = (float)(sin * across * flip / sides);
        map[4] = (float)(cos * down);
        map[5] = (float)y;
    }
}
