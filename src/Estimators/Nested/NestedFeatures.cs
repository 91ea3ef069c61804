using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Nested;

/// <summary>A perceptron takes a picture's pixels one by one: spreads what standardises a channel over its pixels.</summary>
internal static class NestedFeatures
{
    /// <summary>Means and factors of every feature; empty for none.</summary>
    public static (float[] Mean, float[] Factor) PerFeature(Standardization? standardization, int width)
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
