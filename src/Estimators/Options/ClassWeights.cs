using System.Globalization;

namespace MLExtensions;

/// <summary>Weights of whole classes, for data in which some are rare. They multiply the example weights.</summary>
public sealed record ClassWeights
{
    private ClassWeights(IReadOnlyDictionary<string, double>? byLabel) => ByLabelText = byLabel;

    /// <summary>Each class counts the same: rows / (classes · rows of the class).</summary>
    public static ClassWeights Balanced { get; } = new((IReadOnlyDictionary<string, double>?)null);

    /// <summary>The weights by label, as text; null for <see cref="Balanced"/>.</summary>
    public IReadOnlyDictionary<string, double>? ByLabelText { get; }

    /// <summary>Weights by label: the key's value as text, or "True" and "False" for a Boolean label. Labels that are left out weigh 1.</summary>
    public static ClassWeights ByLabel(IReadOnlyDictionary<string, double> weights) => new(new Dictionary<string, double>(weights));

    /// <inheritdoc/>
    public override string ToString() => ByLabelText is null
        ? "ClassWeights.Balanced"
        : "ClassWeights.ByLabel(" + string.Join(", ", ByLabelText.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}: {pair.Value.ToString(CultureInfo.InvariantCulture)}")) + ")";

    internal void Check(ICollection<string> faults)
    {
        foreach ((string label, double weight) in ByLabelText ?? new Dictionary<string, double>())
            if (!(weight >= 0 && double.IsFinite(weight)))
                faults.Add($"ClassWeights.ByLabel: the weight of '{label}' is {weight}; it must be a finite number of at least 0.");
        if (ByLabelText is { Count: > 0 } && ByLabelText.Values.All(weight => weight == 0))
            faults.Add("ClassWeights.ByLabel: all weights are 0; at least one class needs a weight above 0.");
    }
}
