using System.Numerics.Tensors;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLExtensions.Trainers.Training;

/// <summary>x ← (x − mean) · factor for each feature; folded into the first layer when scoring.</summary>
/// <param name="Mean">[width]</param>
/// <param name="Factor">[width], 1 / scale</param>
internal sealed record Standardization(float[] Mean, float[] Factor)
{
    /// <summary>Changes one row in place.</summary>
    public void ApplyTo(Span<float> row)
    {
        TensorPrimitives.Subtract(row, Mean, row);
        TensorPrimitives.Multiply(row, Factor, row);
    }

    /// <summary>Changes rows in place.</summary>
    /// <param name="rows">[rows, width]</param>
    public void ApplyTo(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        rows.sub_(HostTensor.Create<float>(Mean, rows.device)).mul_(HostTensor.Create<float>(Factor, rows.device));
    }
}
