using System.Globalization;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// Copies the weights of a fitted net into a new one: parameters of the body by name and shape, the output layer row by row where an output means the same.
/// </summary>
/// <param name="initial">The fitted net.</param>
/// <param name="layout">The layout of the new net, which may carry several heads on top of each other.</param>
internal sealed class WeightTransfer(InitialNetwork initial, ParameterLayout layout)
{
    // A nested net starts from another one's own parameters, everything else from a plain net.
    private readonly NestedNetwork? _nested = layout.Parameters.Any(slot => slot.Role == ParameterRole.WeightNoise) ? initial.Nested : null;
    private readonly ParameterLayout _plain = ParameterLayout.Of(initial.Network.Architecture, initial.Network.Input, initial.Network.OutputWidth);
    private readonly List<string> _taken = [];
    private readonly List<string> _fresh = [];
    private readonly List<string> _headTaken = [];
    private readonly List<string> _headFresh = [];

    /// <summary>Writes what fits over a net's initial weights.</summary>
    /// <param name="parameters">The new net.</param>
    /// <param name="heads">Its heads, from the first output on.</param>
    /// <param name="takeHead">Whether weights of the output layer are taken at all.</param>
    /// <exception cref="InvalidOperationException">No weight of the body fits.</exception>
    public InitialModelReport Apply(FlatParameters parameters, IReadOnlyList<HeadOutputs> heads, bool takeHead)
    {
        (float[] values, float[] statistics) = parameters.ToArrays();
        CopyBody(layout.Parameters, From.Parameters, Source, values);
        CopyBody(layout.Buffers, _plain.Buffers, initial.Network.Buffers, statistics);
        if (_taken.Count == 0 && _fresh.Count > 0)
            throw new InvalidOperationException(
                $"InitialModel: no weight of {initial.Network.Architecture} fits the net to be trained ({string.Join(", ", _fresh.Take(5))}). "
                + "Leave Architecture out to take that of the initial model, or give one that begins like it.");
        int first = 0;
        foreach (HeadOutputs head in heads)
        {
            CopyHead(head, first, takeHead, values);
            first += head.Count;
        }

        parameters.Set(values, statistics);
        return new InitialModelReport { Taken = _taken, Fresh = _fresh, HeadTaken = _headTaken, HeadFresh = _headFresh };
    }

    private ParameterLayout From => _nested?.Layout ?? _plain;

    private float[] Source => _nested?.Parameters ?? initial.Network.Parameters;

    private static bool SameShape(ParameterSlot one, ParameterSlot other) => one.Shape.AsSpan().SequenceEqual(other.Shape);

    private void CopyBody(IReadOnlyList<ParameterSlot> to, IReadOnlyList<ParameterSlot> from, float[] source, float[] target)
    {
        foreach (ParameterSlot slot in to.Where(slot => !HeadSplit.IsHead(slot)))
        {
            ParameterSlot? match = from.FirstOrDefault(other => other.Name == slot.Name && SameShape(other, slot));
            if (slot.Role is ParameterRole.WeightNoise or ParameterRole.Gate && !TookWhatBelongsTo(slot))
                match = null;
            (match is null ? _fresh : _taken).Add(slot.Name);
            if (match is not null)
                source.AsSpan(match.Offset, match.Length).CopyTo(target.AsSpan(slot.Offset));
        }
    }

    // Noise goes with its weight, which comes before it; the gates of a mask with all weights, since recipes that differ may number their masks in another way.
    private bool TookWhatBelongsTo(ParameterSlot slot) => _nested is not null && _nested.Layout.Parameters
        .Where(weight => weight.Role == ParameterRole.Weight && !HeadSplit.IsHead(weight) && (slot.Role == ParameterRole.Gate || NestedLayout.NoiseOf(weight.Name) == slot.Name))
        .All(weight => _taken.Contains(weight.Name));

    private void CopyHead(HeadOutputs head, int first, bool takeHead, float[] values)
    {
        ParameterSlot[] slots = [.. layout.Parameters.Where(slot => HeadSplit.IsHead(slot) && (_nested is not null || slot.Role is ParameterRole.Weight or ParameterRole.Bias))];
        bool fits = takeHead && slots.All(slot => From.Parameters.Any(other => other.Name == slot.Name && other.Shape.AsSpan(1).SequenceEqual(slot.Shape.AsSpan(1))));
        for (int output = 0; output < head.Count; output++)
        {
            int match = fits ? Match(head, output) : -1;
            (match < 0 ? _headFresh : _headTaken).Add(NameOf(head, output));
            if (match < 0)
                continue;
            foreach (ParameterSlot slot in slots)
                CopyRow(head, slot, first + output, match, values);
        }
    }

    private void CopyRow(HeadOutputs head, ParameterSlot slot, int row, int fromRow, float[] values)
    {
        int width = slot.Length / slot.Shape[0];
        Span<float> target = values.AsSpan(slot.Offset + row * width, width);
        Source.AsSpan(From[slot.Name].Offset + fromRow * width, width).CopyTo(target);
        if (head.Task != NetTask.Regression || slot.Role == ParameterRole.WeightNoise) // noise is relative to its weight
            return;
        // The nets learn (label − mean) / scale, each with its own mean and scale: the same prediction needs other weights.
        float ratio = initial.Network.TargetScale / head.TargetScale;
        if (fromRow == 1) // the logarithm of a variance
        {
            if (slot.Role == ParameterRole.Bias)
                target[0] += 2 * MathF.Log(ratio);
            return;
        }

        float shift = slot.Role == ParameterRole.Bias ? (initial.Network.TargetMean - head.TargetMean) / head.TargetScale : 0;
        foreach (ref float value in target)
            value = value * ratio + shift;
    }

    private int Match(HeadOutputs head, int output)
    {
        if (head.Task != initial.Network.Task)
            return -1;
        if (head.Task != NetTask.Multiclass)
            return output; // 1 of a regression with noise is its variance
        if (head.Classes is null || initial.Classes is null)
            return -1;
        for (int i = 0; i < initial.Classes.Count; i++)
            if (initial.Classes[i] == head.Classes[output])
                return i;
        return -1;
    }

    private static string NameOf(HeadOutputs head, int output) => head.Task == NetTask.Multiclass
        ? head.Classes?[output] ?? output.ToString(CultureInfo.InvariantCulture)
        : head.Task.ToString();
}
