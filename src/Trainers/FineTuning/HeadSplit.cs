using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// The output layer of a joint net holds two heads on top of each other: the target's outputs come first, then the source's. So one product gives both, any net can carry
/// them, and a head is a range of rows.
/// </summary>
internal static class HeadSplit
{
    private const string HeadPrefix = "head.";

    /// <summary>Whether a parameter belongs to the output layer.</summary>
    public static bool IsHead(ParameterSlot slot) => slot.Name.StartsWith(HeadPrefix, StringComparison.Ordinal);

    /// <summary>The parameters with each head as a parameter of its own, for hooks: a penalty on one head must not see the other.</summary>
    /// <param name="layout">The layout of the joint net.</param>
    /// <param name="targetOutputs">Outputs of the target's head.</param>
    public static IReadOnlyList<ParameterSlot> Slots(ParameterLayout layout, int targetOutputs)
    {
        var slots = new List<ParameterSlot>();
        foreach (ParameterSlot slot in layout.Parameters)
        {
            if (!IsHead(slot) || slot.Shape[0] <= targetOutputs)
            {
                slots.Add(slot);
                continue;
            }

            ParameterSlot target = Rows(slot, slot.Name, targetOutputs, slot.Offset);
            slots.Add(target);
            slots.Add(Rows(slot, "source-" + slot.Name, slot.Shape[0] - targetOutputs, slot.Offset + target.Length));
        }

        return slots;
    }

    /// <summary>The parameters of the net with the target's head only.</summary>
    /// <param name="joint">The layout of the joint net.</param>
    /// <param name="parameters">Its parameters, flat.</param>
    /// <param name="target">The layout of the same recipe with the target's outputs.</param>
    public static float[] TargetOnly(ParameterLayout joint, float[] parameters, ParameterLayout target)
    {
        var kept = new float[target.ParameterCount];
        foreach (ParameterSlot slot in target.Parameters)
            parameters.AsSpan(joint[slot.Name].Offset, slot.Length).CopyTo(kept.AsSpan(slot.Offset)); // a head's first rows are the target's
        return kept;
    }

    private static ParameterSlot Rows(ParameterSlot slot, string name, int rows, int offset) =>
        new(name, slot.Role, [rows, .. slot.Shape[1..]], slot.ScaleInvariance) { Offset = offset, BatchNorm = slot.BatchNorm };
}
