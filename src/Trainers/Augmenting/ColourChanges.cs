using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Augmenting;

/// <summary>
/// x ← c s x + c (1 − s) g + (1 − c) m + b for each picture: s draws colours to the grey g of the pixel (the mean of its channels), c draws everything to the
/// picture's mean m, b is added.
/// </summary>
/// <param name="recipe">The ranges of s, c and b.</param>
/// <param name="shape">The pictures.</param>
internal sealed class ColourChanges(Augmentation recipe, InputShape shape)
{
    /// <summary>Changes rows in place.</summary>
    /// <param name="rows">[batch, features], contiguous</param>
    /// <param name="random">The draws.</param>
    public void Apply(Tensor rows, SeededRandom random)
    {
        int count = (int)rows.shape[0];
        float[] own = new float[count], grey = new float[count], mean = new float[count], added = new float[count];
        for (int i = 0; i < count; i++)
        {
            double saturation = shape.Channels == 1 ? 1 : 1 + Draw(random, recipe.Saturation), contrast = 1 + Draw(random, recipe.Contrast);
            own[i] = (float)(contrast * saturation);
            grey[i] = (float)(contrast * (1 - saturation));
            mean[i] = (float)(1 - contrast);
            added[i] = (float)Draw(random, recipe.Brightness);
        }

        using Scalar one = 1;
        bool planar = shape.Layout == ImageLayout.Planar;
        Tensor pixels = planar ? rows.view(count, shape.Channels, -1) : rows.view(count, -1, shape.Channels);
        Tensor shift = rows.mean([1], keepdim: true).mul_(Column(mean, rows.device)).add_(Column(added, rows.device), one).unsqueeze(2); // [batch, 1, 1]
        if (shape.Channels > 1 && recipe.Saturation > 0)
            shift = pixels.mean([planar ? 1 : 2], keepdim: true).mul_(Column(grey, rows.device).unsqueeze(2)).add_(shift, one); // [batch, 1, pixels] or [batch, pixels, 1]
        rows.mul_(Column(own, rows.device));
        pixels.add_(shift, one);
    }

    private static double Draw(SeededRandom random, double most) => most == 0 ? 0 : most * ((2 * random.NextDouble()) - 1);

    private static Tensor Column(float[] values, Device device) => HostTensor.Create<float>(values, device).view(-1, 1);
}
