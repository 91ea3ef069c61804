using System.Globalization;
using MLExtensions.Trainers.Training;

namespace MLExtensions;

/// <summary>Mean and standard deviation of the pixels of each channel.</summary>
public sealed record ChannelStatistics
{
    /// <summary>Takes the numbers, in the order of the channels and in the units of the feature column.</summary>
    /// <param name="mean">One for each channel, finite.</param>
    /// <param name="deviation">One for each channel, above 0.</param>
    public ChannelStatistics(IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        Mean = [.. mean];
        Deviation = [.. deviation];
    }

    /// <summary>Mean of each channel.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Standard deviation of each channel.</summary>
    public IReadOnlyList<float> Deviation { get; }

    /// <summary>Those of ImageNet, red, green, blue, with which torchvision's published weights were trained.</summary>
    /// <param name="white">The value of a white pixel: 255 as <c>ExtractPixels</c> makes it by default, 1 with scaleImage: 1 / 255.</param>
    public static ChannelStatistics ImageNet(float white = 255) =>
        new([0.485f * white, 0.456f * white, 0.406f * white], [0.229f * white, 0.224f * white, 0.225f * white]);

    /// <inheritdoc/>
    public bool Equals(ChannelStatistics? other) => other is not null && Mean.SequenceEqual(other.Mean) && Deviation.SequenceEqual(other.Deviation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean.Count, Mean.Sum(), Deviation.Sum());

    /// <inheritdoc/>
    public override string ToString() => $"ChannelStatistics([{Join(Mean)}], [{Join(Deviation)}])";

    internal void Check(ICollection<string> faults)
    {
        if (Mean.Count == 0 || Mean.Count != Deviation.Count || Mean.Any(mean => !float.IsFinite(mean)) || Deviation.Any(deviation => !(deviation > 0 && float.IsFinite(deviation))))
            faults.Add($"{this}: there must be one finite mean and one deviation above 0 for each channel. Leave it out to take them from the training rows.");
    }

    internal Standardization ToStandardization(InputShape picture) =>
        new([.. Mean], [.. Deviation.Select(deviation => 1 / deviation)]) { Picture = picture };

    private static string Join(IEnumerable<float> numbers) => string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
