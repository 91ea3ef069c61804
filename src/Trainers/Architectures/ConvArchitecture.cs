using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>The recipe of a convolutional net. Its body maps a picture to a vector of features; a linear output layer follows.</summary>
public abstract record ConvArchitecture : Architecture
{
    private protected ConvArchitecture()
    {
    }

    /// <summary>The layers of the body for pictures of a given shape: from them follow parameters, net, regularisation and work.</summary>
    /// <exception cref="InvalidOperationException">The features are no picture, or one too small.</exception>
    internal ConvBody Describe(InputShape input)
    {
        if (!input.IsImage)
            throw new InvalidOperationException(
                $"{this} needs pictures, and the features are a plain vector of {input.Length} numbers. Make them with ml.Transforms.ExtractPixels, or say what they are, "
                + "as in InputShape = InputShape.Image(channels: 1, height: 28, width: 28).");
        var builder = new ConvBodyBuilder(input);
        Build(builder);
        int stride = builder.TotalStride;
        if (Math.Min(input.Height, input.Width) < stride)
            throw new InvalidOperationException(
                $"{this} shrinks pictures by a factor of {stride}, so they must be at least {stride} pixels high and wide; these are {input.Height} x {input.Width}. "
                + "Enlarge them with ml.Transforms.ResizeImages, use ImageStem.Small where the recipe has it, or a recipe that shrinks less, such as Architecture.ConvNet().");
        return Finish(builder);
    }

    private protected abstract void Build(ConvBodyBuilder builder);

    private protected virtual ConvBody Finish(ConvBodyBuilder builder) => builder.Finish();

    private protected static void BuildPart(ConvArchitecture part, ConvBodyBuilder builder) => part.Build(builder);

    private protected static bool IsSmall(ImageStem stem, ConvBodyBuilder builder) =>
        stem == ImageStem.Small || (stem == ImageStem.Automatic && Math.Min(builder.Height, builder.Width) < 64);

    private protected static void CheckStem(string name, ImageStem stem, ICollection<string> faults)
    {
        if (!Enum.IsDefined(stem))
            faults.Add($"{name}: stem is {(int)stem}; allowed are {string.Join(", ", Enum.GetNames<ImageStem>())}.");
    }

    private protected static void CheckWidthFactor(string name, double widthFactor, ICollection<string> faults)
    {
        if (!(widthFactor is > 0 and <= 16))
            faults.Add($"{name}: widthFactor is {widthFactor}; allowed is above 0 to 16. 1 is as published.");
    }
}
