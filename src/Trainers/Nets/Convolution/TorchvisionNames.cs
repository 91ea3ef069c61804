namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>What torchvision calls the parameters and statistics of a recipe. Recipes that torchvision does not have follow the same rules.</summary>
internal static class TorchvisionNames
{
    /// <summary>Torchvision's state dictionary for a net, in its order.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="input">The pictures.</param>
    /// <param name="outputWidth">Outputs per row.</param>
    public static IReadOnlyList<TorchvisionTensor> Of(ConvArchitecture recipe, InputShape input, int outputWidth)
    {
        ConvBody body = recipe.Describe(input);
        ParameterLayout layout = ConvLayout.Of(body, outputWidth);
        var tensors = new List<TorchvisionTensor>();
        foreach (WeightedSpec layer in body.Weighted)
            if (layer is ConvSpec conv)
                AddConv(conv, biasBeforeNorm: recipe is VggArchitecture);
            else
                AddDense(layer.Name, layer.Name);
        AddDense(body.Head(outputWidth).Name, body.HeadName);
        return tensors;

        void AddConv(ConvSpec conv, bool biasBeforeNorm)
        {
            Add($"{conv.Name}.weight", [conv.Outputs, conv.Inputs / conv.Groups, conv.Kernel, conv.Kernel], $"{conv.Name}.weight", TorchvisionKind.Parameter);
            if (conv.Norm is not { } norm)
            {
                Add($"{conv.Name}.bias", [conv.Outputs], $"{conv.Name}.bias", TorchvisionKind.Parameter);
                return;
            }

            if (biasBeforeNorm)
                Add($"{conv.Name}.bias", [conv.Outputs], $"{norm}.mean", TorchvisionKind.BiasBeforeNorm);
            Add($"{norm}.weight", [conv.Outputs], $"{norm}.scale", TorchvisionKind.Parameter);
            Add($"{norm}.bias", [conv.Outputs], $"{norm}.shift", TorchvisionKind.Parameter);
            Add($"{norm}.running_mean", [conv.Outputs], $"{norm}.mean", TorchvisionKind.Statistic);
            Add($"{norm}.running_var", [conv.Outputs], $"{norm}.variance", TorchvisionKind.Statistic);
            tensors.Add(new($"{norm}.num_batches_tracked", [], null, TorchvisionKind.Unused));
        }

        void AddDense(string ours, string theirs)
        {
            Add($"{theirs}.weight", layout[$"{ours}.weight"].Shape, $"{ours}.weight", TorchvisionKind.Parameter);
            Add($"{theirs}.bias", layout[$"{ours}.bias"].Shape, $"{ours}.bias", TorchvisionKind.Parameter);
        }

        void Add(string name, int[] shape, string slot, TorchvisionKind kind) => tensors.Add(new(name, shape, layout[slot], kind));
    }

    /// <summary>Fills our arrays from torchvision's tensors.</summary>
    /// <param name="tensors">All of a net.</param>
    /// <param name="values">The numbers of one of them, row by row.</param>
    /// <param name="parameters">Our parameters.</param>
    /// <param name="buffers">Our running statistics.</param>
    public static void Read(IEnumerable<TorchvisionTensor> tensors, Func<TorchvisionTensor, float[]> values, Span<float> parameters, Span<float> buffers)
    {
        foreach (TorchvisionTensor tensor in tensors.Where(tensor => tensor.Slot is not null).OrderBy(tensor => tensor.Kind == TorchvisionKind.BiasBeforeNorm)) // the mean is there before something is taken off it
            tensor.Read(values(tensor), parameters, buffers);
    }
}
