using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>
/// Between the units of an attack and those of the net: a change u of the attacked columns moves the net's features by scale * u. What has scale 0 cannot be moved.
/// </summary>
internal sealed class AttackSpace : IDisposable
{
    /// <summary>Makes the space.</summary>
    /// <param name="scale">Net's units per unit of the column, at least 0: [inputs]</param>
    /// <param name="lower">Least value of each feature, in the net's units: [inputs]; finite where the scale is 0; null for no bound</param>
    /// <param name="upper">Largest value: [inputs]; finite where the scale is 0; null for no bound</param>
    /// <param name="device">Where the net is.</param>
    public AttackSpace(float[] scale, float[]? lower, float[]? upper, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        IsUnit = Array.TrueForAll(scale, value => value == 1);
        Scale = Keep(scale)!;
        Inverse = Keep(Array.ConvertAll(scale, value => value > 0 ? 1 / value : 0))!;
        Lower = Keep(lower);
        Upper = Keep(upper);

        Tensor? Keep(float[]? values) => values is null ? null : HostTensor.Create<float>(values, device).DetachFromDisposeScope();
    }

    /// <summary>Whether all scales are 1.</summary>
    public bool IsUnit { get; }

    /// <summary>[inputs]</summary>
    public Tensor Scale { get; }

    /// <summary>[inputs]: 1 / scale, 0 where the scale is 0.</summary>
    public Tensor Inverse { get; }

    /// <summary>[inputs], or null.</summary>
    public Tensor? Lower { get; }

    /// <summary>[inputs], or null.</summary>
    public Tensor? Upper { get; }

    /// <summary>The space of a net's own units, without bounds.</summary>
    public static AttackSpace Unit(int inputs, Device device)
    {
        var ones = new float[inputs];
        Array.Fill(ones, 1);
        return new AttackSpace(ones, null, null, device);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scale.Dispose();
        Inverse.Dispose();
        Lower?.Dispose();
        Upper?.Dispose();
    }
}
