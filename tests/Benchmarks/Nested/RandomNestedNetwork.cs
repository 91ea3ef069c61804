using MLExtensions.Benchmarks.Scoring;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.ModelFile;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Benchmarks.Nested;

/// <summary>Nested nets of random numbers.</summary>
internal static class RandomNestedNetwork
{
    public static NestedNetwork Create(int inputs, int[] widths, int outputs, NestedOrdering ordering = NestedOrdering.Learned) =>
        Create(Architecture.Mlp(widths, normalization: Normalization.Batch), inputs, outputs, ordering);

    public static NestedNetwork Create(Architecture recipe, InputShape input, int outputs, NestedOrdering ordering = NestedOrdering.Learned)
    {
        int groups = ordering == NestedOrdering.None ? 1 : 32;
        var settings = new NestedSettings { Groups = groups, Floor = groups == 1 ? 1 : 2, Ordering = ordering };
        ParameterLayout layout = NestedLayout.Of(recipe, input, outputs, settings);
        var parameters = new float[layout.ParameterCount];
        var random = new SeededRandom(1);
        foreach (ParameterSlot slot in layout.Parameters)
            random.FillGaussian(parameters.AsSpan(slot.Offset, slot.Length), slot.Role == ParameterRole.WeightNoise ? -3 : slot.Role is ParameterRole.Gate ? 3 : 0,
                slot.Role == ParameterRole.Weight ? MathF.Sqrt(2f * slot.Shape[0] / slot.Length) : 0.1f);
        var statistics = new float[NestedNetwork.StatisticsLength(recipe, input, settings)];
        random.FillUniform(statistics, 0.5f, 1.5f);
        return new NestedNetwork(NetTask.Multiclass, recipe, settings, input, outputs, parameters, statistics, RandomNetwork.Report(recipe, layout));
    }

    /// <summary>Bytes of its model stream.</summary>
    public static long Bytes(NestedNetwork network)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        NestedNetworkFile.Write(writer, network, new NestedView { Step = network.Settings.Groups }, new ScoreColumnNames(), null);
        return stream.Length;
    }

    /// <summary>Bytes of a plain net's model stream.</summary>
    public static long Bytes(FittedNetwork network)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        NetworkFile.Write(writer, network, new ScoreColumnNames(), null);
        return stream.Length;
    }
}
