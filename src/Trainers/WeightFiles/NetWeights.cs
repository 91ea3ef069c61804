using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions.Trainers.WeightFiles;

/// <summary>Weight files in and out of nets: convolutional nets under torchvision's names, others under their own.</summary>
internal static class NetWeights
{
    private const string Head = "head.";

    /// <summary>Takes the weights of a file over into a net that has been initialised.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another net; the message says what was found and what was expected.</exception>
    public static InitialWeightsReport Load(string path, Net net)
    {
        TorchvisionTensor[] tensors = [.. TensorsOf(net.Architecture, net.Input, net.OutputWidth).Where(tensor => tensor.Slot is not null)];
        var wanted = tensors.ToDictionary(tensor => tensor, tensor => new WantedWeights(
            tensor.Name, Array.ConvertAll(tensor.Shape, size => (long)size), tensor.Slot!.Name.StartsWith(Head, StringComparison.Ordinal)));
        using WeightFile file = WeightFile.Open(path);
        WeightMatch match = WeightMatch.Of(path, [.. wanted.Values], file.Header.Entries);
        match.CheckBody(net.Architecture.ToString());
        (float[] parameters, float[] buffers) = net.Parameters.ToArrays();
        TorchvisionNames.Read(tensors.Where(tensor => match[wanted[tensor]] is not null), Values, parameters, buffers);
        net.Parameters.Set(parameters, buffers);
        net.HasFittedStatistics = true;
        return match.Report;

        float[] Values(TorchvisionTensor tensor)
        {
            var values = new float[tensor.Slot!.Length];
            file.Read(match[wanted[tensor]]!, values);
            return values;
        }
    }

    /// <summary>Writes the weights of a fitted net.</summary>
    public static void Save(string path, FittedNetwork network)
    {
        var tensors = new List<NamedWeights>();
        foreach (TorchvisionTensor tensor in TensorsOf(network.Architecture, network.Input, network.OutputWidth).Where(tensor => tensor.Slot is not null))
        {
            var values = new float[tensor.Slot!.Length];
            tensor.Write(network.Parameters, network.Buffers, values);
            tensors.Add(new(tensor.Name, Array.ConvertAll(tensor.Shape, size => (long)size), values));
        }

        var notes = new Dictionary<string, string> { ["format"] = "pt", ["net"] = network.Architecture.ToString(), ["input"] = network.Input.ToString() };
        WeightFileWriter.Write(path, tensors, notes);
    }

    private static IReadOnlyList<TorchvisionTensor> TensorsOf(Architecture architecture, InputShape input, int outputWidth)
    {
        if (architecture is ConvArchitecture recipe)
            return TorchvisionNames.Of(recipe, input, outputWidth);
        ParameterLayout layout = ParameterLayout.Of(architecture, input, outputWidth);
        return
        [
            .. layout.Parameters.Select(slot => new TorchvisionTensor(slot.Name, slot.Shape, slot, TorchvisionKind.Parameter)),
            .. layout.Buffers.Select(slot => new TorchvisionTensor(slot.Name, slot.Shape, slot, TorchvisionKind.Statistic)),
        ];
    }
}
