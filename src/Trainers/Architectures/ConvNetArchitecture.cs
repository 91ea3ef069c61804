using System.Globalization;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>The recipe of a plain convolutional net; made by <see cref="Architecture.ConvNet"/>.</summary>
public sealed record ConvNetArchitecture : ConvArchitecture
{
    /// <summary>Makes the recipe; see <see cref="Architecture.ConvNet"/>.</summary>
    public ConvNetArchitecture(IReadOnlyList<IReadOnlyList<int>> stages, Normalization normalization, double dropout)
    {
        ArgumentNullException.ThrowIfNull(stages);
        Stages = [.. stages.Select(stage => (IReadOnlyList<int>)[.. stage ?? throw new ArgumentNullException(nameof(stages))])];
        Normalization = normalization;
        Dropout = dropout;
    }

    /// <summary>Channels of the 3 x 3 convolutions of each stage; every stage ends with a 2 x 2 max-pooling.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Stages { get; }

    /// <summary>What stands between convolution and ReLU.</summary>
    public Normalization Normalization { get; }

    /// <summary>The share of features that are dropped before the output layer while training.</summary>
    public double Dropout { get; }

    /// <inheritdoc/>
    public bool Equals(ConvNetArchitecture? other) =>
        other is not null && Stages.Count == other.Stages.Count && Stages.Zip(other.Stages, (a, b) => a.SequenceEqual(b)).All(same => same)
        && Normalization == other.Normalization && Dropout.Equals(other.Dropout);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stages.Count, Stages.Sum(stage => stage.Sum()), Normalization, Dropout);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"ConvNet([{string.Join(", ", Stages.Select(stage => $"[{string.Join(", ", stage)}]"))}], {Normalization}, dropout {Dropout})");

    internal override bool IsNormalized => Normalization != Normalization.None;

    internal override void Check(ICollection<string> faults)
    {
        if (Stages.Count is 0 or > 10)
            faults.Add($"Architecture.ConvNet: {Stages.Count} stages; allowed are 1 to 10, since each halves the picture.");
        for (int i = 0; i < Stages.Count; i++)
            if (Stages[i].Count is 0 or > 100 || Stages[i].Any(channels => channels is < 1 or > 65_536))
                faults.Add($"Architecture.ConvNet: stages[{i}] is [{string.Join(", ", Stages[i])}]; a stage has 1 to 100 convolutions of 1 to 65,536 channels.");
        if (Normalization is not (Normalization.None or Normalization.Batch))
            faults.Add($"Architecture.ConvNet: normalization is {Normalization}; allowed are None and Batch.");
        if (!(Dropout is >= 0 and < 1))
            faults.Add($"Architecture.ConvNet: dropout is {Dropout}; allowed is 0 to below 1. 0 switches it off.");
    }

    private protected override void Build(ConvBodyBuilder builder)
    {
        for (int stage = 0; stage < Stages.Count; stage++)
        {
            for (int i = 0; i < Stages[stage].Count; i++)
                builder.Conv($"stages.{stage}.{i}.conv", Normalization == Normalization.Batch ? $"stages.{stage}.{i}.norm" : null, Stages[stage][i], kernel: 3);
            builder.MaxPool($"stages.{stage}.pool", kernel: 2);
        }

        builder.Flatten("flatten");
        builder.Dropout("dropout", Dropout);
    }
}
