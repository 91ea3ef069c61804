namespace MLExtensions.Trainers.Nets;

/// <summary>What a fit leaves as it is.</summary>
/// <param name="Names">Names of parameters and of running statistics.</param>
/// <param name="AllStatistics">Whether every running statistic is among them.</param>
internal sealed record FrozenParts(IReadOnlySet<string> Names, bool AllStatistics)
{
    /// <summary>Nothing.</summary>
    public static FrozenParts None { get; } = new(new HashSet<string>(), AllStatistics: false);

    /// <summary>All layers before one, with their normalisations and statistics.</summary>
    /// <param name="layout">The net's parameters; its weights are in the order of the layers.</param>
    /// <param name="first">The first layer that trains: its name, or that of the block or stage which it opens. Null for no frozen layer.</param>
    /// <param name="allStatistics">Whether every running statistic is kept.</param>
    /// <exception cref="InvalidOperationException">There is no such layer, or none before it.</exception>
    public static FrozenParts Before(ParameterLayout layout, string? first, bool allStatistics)
    {
        if (first is null)
            return new FrozenParts(None.Names, allStatistics);
        ParameterSlot[] weights = [.. layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight)];
        int frozen = Array.FindIndex(weights, weight => weight.Name.StartsWith(first + ".", StringComparison.Ordinal));
        if (frozen <= 0)
            throw new InvalidOperationException(
                $"FreezeUntil is '{first}', and {(frozen < 0 ? "no layer is called so" : "nothing stands before that layer")}. Layers after the first, in order, are: "
                + $"{string.Join(", ", weights.Skip(1).Select(weight => LayerOf(weight)).Take(60))}; the beginning of a name up to a dot will do, and 'head' trains the output layer alone.");
        string[] modules = [.. weights.Take(frozen).SelectMany(weight => new[] { LayerOf(weight), weight.BatchNorm ?? LayerOf(weight) + ".norm" })];
        IEnumerable<string> names = layout.Parameters.Concat(layout.Buffers).Select(slot => slot.Name);
        return new FrozenParts(names.Where(name => modules.Contains(name[..name.LastIndexOf('.')])).ToHashSet(), allStatistics);
    }

    /// <summary>Whether a normalisation keeps its running statistics and normalises with them in training too.</summary>
    public bool Keeps(string norm) => AllStatistics || Names.Contains(norm + ".mean");

    private static string LayerOf(ParameterSlot weight) => weight.Name[..^".weight".Length];
}
