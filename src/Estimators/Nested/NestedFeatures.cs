using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Nested;

/// <summary>What a nested net sees of its features: a convolutional one pictures, a perceptron their pixels one by one.</summary>
internal static class NestedFeatures
{
    /// <summary>What a row of features is to a recipe.</summary>
    public static InputShape ShapeFor(Architecture recipe, InputShape input) => recipe is ConvArchitecture ? input : InputShape.Vector(input.Length);

    /// <summary>The recipe of an initial model, where it can be nested.</summary>
    public static Architecture? RecipeOf(Architecture? initial)
    {
        var faults = new List<string>();
        if (initial is not null)
            NestedRecipe.Check(initial, faults);
        return faults.Count == 0 ? initial : throw new InvalidOperationException(
            $"InitialModel: its recipe cannot be nested. {string.Join(" ", faults)} Or state Architecture: a recipe that begins like it and can be nested.");
    }

    /// <summary>Means and factors as a recipe wants them: of every channel, or of every feature; empty for none.</summary>
    public static (float[] Mean, float[] Factor) For(Architecture recipe, Standardization? standardization, int width) =>
        recipe is ConvArchitecture ? (standardization?.Mean ?? [], standardization?.Factor ?? []) : PerFeature(standardization, width);

    /// <summary>Means and factors of every feature; empty for none.</summary>
    private static (float[] Mean, float[] Factor) PerFeature(Standardization? standardization, int width)
    {
        if (standardization is null)
            return ([], []);
        if (standardization.Picture is not { } picture)
            return (standardization.Mean, standardization.Factor);
        int pixels = width / picture.Channels;
        int[] channels = [.. Enumerable.Range(0, width).Select(i => picture.Layout == ImageLayout.Planar ? i / pixels : i % picture.Channels)];
        return (Array.ConvertAll(channels, channel => standardization.Mean[channel]), Array.ConvertAll(channels, channel => standardization.Factor[channel]));
    }
}
