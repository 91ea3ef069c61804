using Microsoft.ML.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Estimators.Fitting;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Data;

/// <summary>What a feature column is to a recipe: a picture to convolutions, a plain vector to all others.</summary>
internal static class FeatureShape
{
    private const int MostChannels = 4; // colour with alpha

    /// <summary>The shape that the options state, or the column's type; checked against the recipe, so that a fit does not read its rows in vain.</summary>
    /// <exception cref="InvalidOperationException">The features are no picture of the stated shape, or one that the recipe cannot take.</exception>
    public static InputShape Of(VectorDataViewType column, string name, NetworkTrainerOptions options)
    {
        FittedNetwork? initial = options.InitialModel is { } model ? InitialModels.Find(model)?.Network : null;
        InputShape shape = options.InputShape ?? (initial is { Input.IsImage: true } && initial.Input.Length == column.Size ? initial.Input : OfColumn(column));
        if (shape.Length != column.Size)
            throw new InvalidOperationException(
                $"InputShape is {shape}, which makes {shape.Length} numbers a row; feature column '{name}' has {column.Size}. State the channels, height and width of the pictures as they are"
                + $" (ml.Transforms.ResizeImages and ExtractPixels decide them){Guess(column.Size)}.");
        if ((options.Architecture ?? initial?.Architecture ?? AutomaticSettings.Architecture(shape)) is not ConvArchitecture recipe)
            return options.Augmentation is null ? InputShape.Vector(column.Size) : throw new InvalidOperationException(
                $"Augmentation is set, but feature column '{name}' is no picture: it is {column}. State InputShape, such as InputShape.Image(3, 32, 32), or make the column with ml.Transforms.ImagePixels"
                + $" or ExtractPixels{Guess(column.Size)}.");
        recipe.Describe(shape);
        if (shape.Channels != (options.ChannelStatistics?.Mean.Count ?? shape.Channels))
            throw new InvalidOperationException($"ChannelStatistics has {options.ChannelStatistics!.Mean.Count} channels; feature column '{name}' has pictures of {shape}.");
        return shape;
    }

    /// <summary>Three dimensions are a picture: interleaved where only the last can be a number of channels, else planar.</summary>
    public static InputShape OfColumn(VectorDataViewType column)
    {
        if (column.Dimensions.Length != 3 || column.Dimensions.Contains(0))
            return InputShape.Vector(column.Size);
        (int first, int second, int third) = (column.Dimensions[0], column.Dimensions[1], column.Dimensions[2]);
        return third <= MostChannels && first > MostChannels
            ? InputShape.Image(third, first, second, ImageLayout.Interleaved)
            : InputShape.Image(first, second, third);
    }

    private static string Guess(int size)
    {
        foreach (int channels in new[] { 1, 3 })
            if (Math.Sqrt((double)size / channels) is var side && side == Math.Floor(side))
                return $"; {size} numbers would be pictures of {channels} x {side} x {side}";
        return "";
    }
}
