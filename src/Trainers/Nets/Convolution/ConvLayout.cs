namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>The parameters of a convolutional net: weights, then biases, then norm parameters, each in the order of the description.</summary>
internal static class ConvLayout
{
    public static ParameterLayout Of(ConvBody body, int outputWidth)
    {
        var weights = new List<ParameterSlot>();
        var biases = new List<ParameterSlot>();
        var norms = new List<ParameterSlot>();
        var buffers = new List<ParameterSlot>();
        foreach (WeightedSpec layer in body.Weighted.Append(body.Head(outputWidth)))
        {
            int outputs = layer.WeightShape[0];
            ScaleInvarianceKind invariance = layer.Norm is null ? ScaleInvarianceKind.None : ScaleInvarianceKind.Rows;
            weights.Add(new($"{layer.Name}.weight", ParameterRole.Weight, layer.WeightShape, invariance) { BatchNorm = layer.Norm });
            if (layer.Norm is not { } norm)
            {
                biases.Add(new($"{layer.Name}.bias", ParameterRole.Bias, [outputs]));
                continue;
            }

            norms.Add(new($"{norm}.scale", ParameterRole.NormScale, [outputs]));
            norms.Add(new($"{norm}.shift", ParameterRole.NormShift, [outputs]));
            buffers.Add(new($"{norm}.mean", ParameterRole.NormShift, [outputs]));
            buffers.Add(new($"{norm}.variance", ParameterRole.NormScale, [outputs]));
        }

        return new ParameterLayout([.. weights, .. biases, .. norms], buffers)
        {
            ResidualBlocks =
            [
                .. body.Layers.OfType<BlockSpec>().Where(block => block.Shortcut != ShortcutKind.None)
                    .Select(block => new ResidualBlock([.. block.Branch.Select(conv => conv.Name + ".weight")], block.Projection is { } projection ? projection.Name + ".weight" : null)),
            ],
        };
    }
}
