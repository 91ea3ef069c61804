using System.Numerics.Tensors;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLExtensions.Trainers.Training;

/// <summary>x ← (x − mean) · factor for each feature, or for each channel of a picture. Where it can be, it is folded into the first layer when scoring.</summary>
/// <param name="Mean">[features], or [channels]</param>
/// <param name="Factor">[features], or [channels]: 1 / scale</param>
internal sealed record Standardization(float[] Mean, float[] Factor)
{
    /// <summary>The shape of pictures; null where every feature has a mean of its own.</summary>
    public InputShape? Picture { get; init; }

    /// <summary>Changes one row in place.</summary>
    public void ApplyTo(Span<float> row)
    {
        if (Picture is null)
        {
            TensorPrimitives.Subtract(row, Mean, row);
            TensorPrimitives.Multiply(row, Factor, row);
            return;
        }

        int channels = Picture.Channels;
        int pixels = row.Length / channels;
        bool planar = Picture.Layout == ImageLayout.Planar;
        for (int channel = 0; channel < channels && planar; channel++)
        {
            Span<float> plane = row.Slice(channel * pixels, pixels);
            TensorPrimitives.Subtract(plane, Mean[channel], plane);
            TensorPrimitives.Multiply(plane, Factor[channel], plane);
        }

        for (int i = 0; i < row.Length && !planar; i++)
            row[i] = (row[i] - Mean[i % channels]) * Factor[i % channels];
    }

    /// <summary>Changes rows in place.</summary>
    /// <param name="rows">[rows, features], contiguous</param>
    public void ApplyTo(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = HostTensor.Create<float>(Mean, rows.device);
        Tensor factor = HostTensor.Create<float>(Factor, rows.device);
        if (Picture is { Layout: ImageLayout.Planar })
            (rows, mean, factor) = (rows.view(rows.shape[0], Picture.Channels, -1), mean.unsqueeze(1), factor.unsqueeze(1)); // [rows, channels, pixels]
        else if (Picture is not null)
            rows = rows.view(rows.shape[0], -1, Picture.Channels); // [rows, pixels, channels]
        rows.sub_(mean).mul_(factor);
    }
}
