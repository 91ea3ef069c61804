using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Cuts a plain convolutional net of a given width out of a nested one: leading outputs and inputs of every kernel. A dropped channel is 0, so nothing of it is left to
/// fold; without batch normalisation a kept one is multiplied by its keep probability κ.
/// </summary>
internal static class NestedConvCut
{
    /// <summary>The plain net.</summary>
    /// <param name="network">The nested net.</param>
    /// <param name="step">The width in steps.</param>
    /// <param name="task">What the plain net predicts.</param>
    /// <param name="outputs">Outputs that are taken, first ones.</param>
    /// <param name="report">What it reports.</param>
    /// <param name="source">The parameters.</param>
    public static FittedNetwork Of(NestedNetwork network, int step, NetTask task, int outputs, TrainingReport report, NestedExtraction.ParameterSource source)
    {
        var narrow = (ConvArchitecture)network.RecipeAt(step);
        ConvBody body = narrow.Describe(network.Input);
        ParameterLayout layout = ConvLayout.Of(body, outputs);
        var parameters = new float[layout.ParameterCount];
        var buffers = new float[layout.BufferCount];
        int at = network.StatisticsStart(step);
        foreach (WeightedSpec layer in body.Weighted.Append(body.Head(outputs)))
        {
            ParameterSlot whole = network.Layout[layer.Name + ".weight"];
            Copy(source(layer.Name + ".weight"), whole.Shape, Parameter(layer.Name + ".weight"), layer.WeightShape);
            if (layer.Norm is not { } norm)
            {
                Span<float> bias = Parameter(layer.Name + ".bias");
                source(layer.Name + ".bias")[..bias.Length].CopyTo(bias);
                if (network.Plan[layer.Name].Mask is >= 0 and int mask)
                    NestedExtraction.ScaleByKeep(network, mask, Parameter(layer.Name + ".weight"), bias);
                continue;
            }

            int units = layer.WeightShape[0];
            source(norm + ".scale")[..units].CopyTo(Parameter(norm + ".scale"));
            source(norm + ".shift")[..units].CopyTo(Parameter(norm + ".shift"));
            network.Statistics.AsSpan(at, units).CopyTo(Buffer(norm + ".mean"));
            network.Statistics.AsSpan(at + units, units).CopyTo(Buffer(norm + ".variance"));
            at += 2 * units;
        }

        NestedExtraction.Calibrate(network, step, Parameter("head.weight"), Parameter("head.bias"));
        return new FittedNetwork(task, narrow, network.Input, outputs, parameters, buffers, report with { Architecture = narrow.ToString(), Parameters = parameters.Length })
        {
            TargetMean = network.TargetMean,
            TargetScale = network.TargetScale,
            FeatureMean = network.FeatureMean,
            FeatureFactor = network.FeatureFactor,
        };

        Span<float> Parameter(string name) => parameters.AsSpan(layout[name].Offset, layout[name].Length);
        Span<float> Buffer(string name) => buffers.AsSpan(layout[name].Offset, layout[name].Length);
    }

    // Both lie as [out, places, in]; the leading inputs of the leading outputs.
    private static void Copy(ReadOnlySpan<float> source, int[] whole, Span<float> target, int[] narrow)
    {
        int rows = target.Length / narrow[^1];
        for (int row = 0; row < rows; row++)
            source.Slice(row * whole[^1], narrow[^1]).CopyTo(target[(row * narrow[^1])..]);
    }
}
