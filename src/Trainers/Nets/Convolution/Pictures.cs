using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>Turns rows of features into pictures that lie channels-last: torch has no call for that layout here, but its operations honour the strides.</summary>
internal static class Pictures
{
    /// <summary>A new tensor that may share the rows' memory.</summary>
    /// <param name="rows">[batch, features]</param>
    /// <param name="shape">What a row is.</param>
    /// <returns>[batch, channels, height, width] with strides of [batch, height, width, channels]</returns>
    public static Tensor ToChannelsLast(Tensor rows, InputShape shape)
    {
        if (shape.Layout == ImageLayout.Interleaved)
        {
            using Tensor interleaved = rows.reshape(-1, shape.Height, shape.Width, shape.Channels);
            return interleaved.permute(0, 3, 1, 2);
        }

        using Tensor planar = rows.reshape(-1, shape.Channels, shape.Height, shape.Width);
        using Tensor turned = planar.permute(0, 2, 3, 1);
        using Tensor packed = turned.contiguous();
        return packed.permute(0, 3, 1, 2);
    }
}
