using System.Runtime.InteropServices;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// The parameters of a net while it trains: one flat float32 tensor of values, one of gradients, one of running statistics.
/// What a layer sees are views, so an optimiser or a regulariser works on everything with a few operations.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    private readonly List<Tensor> _views = [];

    public FlatParameters(ParameterLayout layout, Device device)
    {
        Layout = layout;
        Device = device;
        Values = zeros(layout.ParameterCount, float32, device).DetachFromDisposeScope();
        Gradients = zeros(layout.ParameterCount, float32, device).DetachFromDisposeScope();
        Buffers = zeros(layout.BufferCount, float32, device).DetachFromDisposeScope();
    }

    /// <summary>What lies where.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Where the tensors live.</summary>
    public Device Device { get; }

    /// <summary>Whether managed code may work on the memory.</summary>
    public bool OnCpu => Device.type == DeviceType.CPU;

    /// <summary>[ParameterCount]</summary>
    public Tensor Values { get; }

    /// <summary>[ParameterCount], the gradient of the loss at <see cref="Values"/>.</summary>
    public Tensor Gradients { get; }

    /// <summary>[BufferCount], running statistics.</summary>
    public Tensor Buffers { get; }

    /// <summary>The values of one parameter, in its shape; lives as long as this object.</summary>
    public Tensor ValueOf(ParameterSlot slot) => View(Values, slot.Offset, slot.Length, slot.Shape);

    /// <summary>The gradient of one parameter, in its shape.</summary>
    public Tensor GradientOf(ParameterSlot slot) => View(Gradients, slot.Offset, slot.Length, slot.Shape);

    /// <summary>One running statistic, in its shape.</summary>
    public Tensor BufferOf(ParameterSlot slot) => View(Buffers, slot.Offset, slot.Length, slot.Shape);

    /// <summary>A piece of the values, flat.</summary>
    public Tensor ValueRange(int offset, int length) => View(Values, offset, length, [length]);

    /// <summary>A piece of the gradients, flat.</summary>
    public Tensor GradientRange(int offset, int length) => View(Gradients, offset, length, [length]);

    /// <summary>Copies values and running statistics out.</summary>
    public (float[] Parameters, float[] Buffers) ToArrays() => (ToArray(Values), ToArray(Buffers));

    /// <summary>Copies values and running statistics in.</summary>
    public void Set(ReadOnlySpan<float> parameters, ReadOnlySpan<float> buffers)
    {
        CopyFrom(Values, parameters);
        CopyFrom(Buffers, buffers);
    }

    /// <summary>Copies values and running statistics out.</summary>
    public void CopyTo(Span<float> parameters, Span<float> buffers)
    {
        CopyTo(Values, parameters);
        CopyTo(Buffers, buffers);
    }

    /// <summary>Copies the gradient out.</summary>
    public void CopyGradientsTo(Span<float> gradients) => CopyTo(Gradients, gradients);

    /// <summary>Copies a flat tensor to managed memory.</summary>
    public static float[] ToArray(Tensor tensor)
    {
        if (tensor.numel() == 0)
            return [];
        using Tensor onCpu = tensor.device_type == DeviceType.CPU ? tensor.alias() : tensor.to(CPU);
        return MemoryMarshal.Cast<byte, float>(onCpu.bytes).ToArray();
    }

    private static void CopyTo(Tensor tensor, Span<float> values)
    {
        if (values.IsEmpty)
            return;
        using Tensor onCpu = tensor.device_type == DeviceType.CPU ? tensor.alias() : tensor.to(CPU);
        MemoryMarshal.Cast<byte, float>(onCpu.bytes).CopyTo(values);
    }

    /// <summary>Copies managed memory into a flat tensor.</summary>
    public static void CopyFrom(Tensor tensor, ReadOnlySpan<float> values)
    {
        if (values.Length != tensor.numel())
            throw new ArgumentException($"The tensor holds {tensor.numel()} numbers; {values.Length} were given.", nameof(values));
        if (values.IsEmpty)
            return;
        if (tensor.device_type == DeviceType.CPU)
        {
            values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
            return;
        }

        using Tensor onCpu = HostTensor.Create(values, CPU);
        tensor.copy_(onCpu);
    }

    /// <summary>Writes a flat tensor as raw numbers.</summary>
    public static void Write(BinaryWriter writer, Tensor tensor) => writer.Write(MemoryMarshal.AsBytes<float>(ToArray(tensor)));

    /// <summary>Reads what <see cref="Write"/> wrote into a tensor of the same length.</summary>
    public static void Read(BinaryReader reader, Tensor tensor)
    {
        var values = new float[tensor.numel()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        CopyFrom(tensor, values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor view in _views)
            view.Dispose();
        Values.Dispose();
        Gradients.Dispose();
        Buffers.Dispose();
    }

    private Tensor View(Tensor flat, int offset, int length, int[] shape)
    {
        using Tensor piece = flat.narrow(0, offset, length);
        Tensor view = piece.view(Array.ConvertAll(shape, size => (long)size)).DetachFromDisposeScope();
        _views.Add(view);
        return view;
    }
}
