namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>What torchvision's state dictionary holds, and which of our numbers it is.</summary>
/// <param name="Name">Its key, such as "layer1.0.conv1.weight".</param>
/// <param name="Shape">Its shape there: [out, in / groups, kernel, kernel] for a convolution; empty for a single number.</param>
/// <param name="Slot">Our parameter or running statistic; null for numbers that we have no use for.</param>
/// <param name="Kind">How it becomes ours.</param>
internal sealed record TorchvisionTensor(string Name, int[] Shape, ParameterSlot? Slot, TorchvisionKind Kind)
{
    /// <summary>Whether <see cref="Slot"/> lies among the running statistics.</summary>
    public bool InBuffers => Kind is TorchvisionKind.Statistic or TorchvisionKind.BiasBeforeNorm;

    /// <summary>Takes torchvision's numbers into our arrays. Those of a bias before a normalisation come after the running mean's.</summary>
    public void Read(ReadOnlySpan<float> values, Span<float> parameters, Span<float> buffers)
    {
        if (Slot is null)
            return;
        Span<float> ours = (InBuffers ? buffers : parameters).Slice(Slot.Offset, Slot.Length);
        if (Kind == TorchvisionKind.BiasBeforeNorm)
            for (int i = 0; i < ours.Length; i++)
                ours[i] -= values[i];
        else if (Shape.Length == 4)
            CopyKernel(values, ours, toOurs: true);
        else
            values.CopyTo(ours);
    }

    /// <summary>Gives our numbers as torchvision has them; a bias before a normalisation is 0, and numbers without use are 0.</summary>
    public void Write(ReadOnlySpan<float> parameters, ReadOnlySpan<float> buffers, Span<float> values)
    {
        values.Clear();
        if (Slot is null || Kind == TorchvisionKind.BiasBeforeNorm)
            return;
        ReadOnlySpan<float> ours = (InBuffers ? buffers : parameters).Slice(Slot.Offset, Slot.Length);
        if (Shape.Length == 4)
            CopyKernel(ours, values, toOurs: false);
        else
            ours.CopyTo(values);
    }

    // Theirs [out, in, places], ours [out, places, in].
    private void CopyKernel(ReadOnlySpan<float> from, Span<float> to, bool toOurs)
    {
        int inputs = Shape[1];
        int places = Shape[2] * Shape[3];
        for (int output = 0, start = 0; output < Shape[0]; output++, start += inputs * places)
            for (int input = 0; input < inputs; input++)
                for (int place = 0; place < places; place++)
                {
                    int theirs = start + (input * places) + place;
                    int ours = start + (place * inputs) + input;
                    if (toOurs)
                        to[ours] = from[theirs];
                    else
                        to[theirs] = from[ours];
                }
    }
}
