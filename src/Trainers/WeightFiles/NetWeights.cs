using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.WeightFiles;

/// <summary>Weight files in and out of nets.</summary>
internal static class NetWeights
{
    /// <summary>Takes the weights of a file over into a net that has been initialised.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another net; the message says what was found and what was expected.</exception>
    public static InitialWeightsReport Load(string path, Net net)
    {
        ParameterLayout layout = net.Parameters.Layout;
        ParameterSlot[] slots = [.. layout.Parameters, .. layout.Buffers];
        WantedWeights[] wanted = Array.ConvertAll(slots, slot => WeightNames.Of(net.Architecture, slot));
        using WeightFile file = WeightFile.Open(path);
        WeightMatch match = WeightMatch.Of(path, wanted, file.Header.Entries);
        match.CheckBody(net.Architecture.ToString());
        (float[] parameters, float[] buffers) = net.Parameters.ToArrays();
        for (int i = 0; i < slots.Length; i++)
            if (match[wanted[i]] is { } entry)
                file.Read(entry, (i < layout.Parameters.Count ? parameters : buffers).AsSpan(slots[i].Offset, slots[i].Length));
        net.Parameters.Set(parameters, buffers);
        return match.Report;
    }

    /// <summary>Writes the weights of a fitted net.</summary>
    public static void Save(string path, FittedNetwork network)
    {
        ParameterLayout layout = ParameterLayout.Of(network.Architecture, network.Input, network.OutputWidth);
        List<NamedWeights> tensors =
        [
            .. layout.Parameters.Select(slot => Named(network.Architecture, slot, network.Parameters)),
            .. layout.Buffers.Select(slot => Named(network.Architecture, slot, network.Buffers)),
        ];
        if (network.FeatureMean.Length > 0)
        {
            tensors.Add(new("features.mean", [network.FeatureMean.Length], network.FeatureMean));
            tensors.Add(new("features.factor", [network.FeatureFactor.Length], network.FeatureFactor));
        }

        WeightFileWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["net"] = network.Architecture.ToString() });
    }

    private static NamedWeights Named(Architecture architecture, ParameterSlot slot, float[] values)
    {
        WantedWeights named = WeightNames.Of(architecture, slot);
        return new NamedWeights(named.Name, named.Shape, values.AsMemory(slot.Offset, slot.Length));
    }
}
