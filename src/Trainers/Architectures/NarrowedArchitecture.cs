using System.Text.Json.Serialization;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>
/// A convolutional recipe with other numbers of channels: what <see cref="M:MLExtensions.BayesianNestedTransformer.Extract(System.Double)"/> makes of a convolutional net.
/// </summary>
public sealed record NarrowedArchitecture : ConvArchitecture
{
    [JsonConstructor]
    internal NarrowedArchitecture(Architecture whole, IReadOnlyList<int> channels)
    {
        Whole = whole;
        Channels = channels;
    }

    /// <summary>The recipe that it was cut out of, a convolutional one.</summary>
    public Architecture Whole { get; }

    /// <summary>Channels of every convolution, in the order of the recipe's parameters.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <inheritdoc/>
    public bool Equals(NarrowedArchitecture? other) => other is not null && Whole.Equals(other.Whole) && Channels.SequenceEqual(other.Channels);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Whole, Channels.Count, Channels.Sum());

    /// <inheritdoc/>
    public override string ToString() => $"{Whole} with [{string.Join(", ", Channels)}] channels";

    internal override bool IsNormalized => Whole.IsNormalized;

    internal override void Check(ICollection<string> faults)
    {
        if (Whole is not ConvArchitecture or NarrowedArchitecture || Channels is null || Channels.Any(channels => channels is < 1 or > 1_048_576))
        {
            faults.Add("its recipe is a cut one without a whole convolutional recipe or channels, or with channels below 1.");
            return;
        }

        Whole.Check(faults);
    }

    private protected override void Build(ConvBodyBuilder builder) => BuildPart((ConvArchitecture)Whole, builder);

    private protected override ConvBody Finish(ConvBodyBuilder builder) => NarrowedBody.Of(builder.Finish(), Channels);
}
