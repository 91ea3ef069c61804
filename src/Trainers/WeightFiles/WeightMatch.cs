namespace MLExtensions.Trainers.WeightFiles;

/// <summary>
/// Which tensor of a file goes where in a net: by name and shape. The body must be whole; the head may be missing or of another size, as with a net of other
/// classes.
/// </summary>
internal sealed class WeightMatch
{
    // Counts batches while a torch net trains; nothing here uses it.
    private const string BatchCounter = ".num_batches_tracked";

    private readonly Dictionary<WantedWeights, WeightEntry> _pairs;
    private readonly bool _bodyIsWhole;

    private WeightMatch(Dictionary<WantedWeights, WeightEntry> pairs, InitialWeightsReport report, bool bodyIsWhole)
    {
        _pairs = pairs;
        Report = report;
        _bodyIsWhole = bodyIsWhole;
    }

    /// <summary>What matched and what did not.</summary>
    public InitialWeightsReport Report { get; }

    /// <summary>The tensor of the file for one of the net; null where the net keeps its own.</summary>
    public WeightEntry? this[WantedWeights wanted] => _pairs.GetValueOrDefault(wanted);

    /// <summary>Pairs names and shapes.</summary>
    /// <param name="file">The file's name, for the report.</param>
    /// <param name="wanted">The net's tensors.</param>
    /// <param name="entries">The file's tensors.</param>
    public static WeightMatch Of(string file, IReadOnlyList<WantedWeights> wanted, IReadOnlyList<WeightEntry> entries)
    {
        Dictionary<string, WeightEntry> found = ByName(wanted, entries);
        var pairs = new Dictionary<WantedWeights, WeightEntry>();
        List<string> missing = [], wrongShape = [];
        foreach (WantedWeights tensor in wanted)
        {
            if (!found.TryGetValue(tensor.Name, out WeightEntry? entry))
                missing.Add(tensor.Name);
            else if (!entry.Shape.AsSpan().SequenceEqual(tensor.Shape))
                wrongShape.Add($"{tensor.Name} has [{string.Join(", ", entry.Shape)}], the net wants [{string.Join(", ", tensor.Shape)}]");
            else
                pairs.Add(tensor, entry);
        }

        bool headIsWhole = wanted.Where(tensor => tensor.InHead).All(pairs.ContainsKey);
        if (!headIsWhole)
            foreach (WantedWeights tensor in wanted.Where(tensor => tensor.InHead))
                pairs.Remove(tensor); // half a head is none
        var names = wanted.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        string[] leftOver = [.. found.Keys.Where(name => !names.Contains(name) && !name.EndsWith(BatchCounter, StringComparison.Ordinal))];
        var report = new InitialWeightsReport(file, [.. pairs.Keys.Select(tensor => tensor.Name)], missing, wrongShape, leftOver, headIsWhole);
        return new WeightMatch(pairs, report, wanted.Where(tensor => !tensor.InHead).All(pairs.ContainsKey));
    }

    /// <summary>Refuses a file that lacks a part of the body.</summary>
    /// <exception cref="InvalidDataException">The message has the report.</exception>
    public void CheckBody(string net)
    {
        if (!_bodyIsWhole)
            throw WeightFile.Bad(Report.File, $"it does not hold the weights of {net}: {Report}; expected every tensor of the net in its shape, the head excepted. "
                + "Check that the file is of this very net, widths included");
    }

    // Nets saved from within a wrapper have its name before all of theirs, such as "module.".
    private static Dictionary<string, WeightEntry> ByName(IReadOnlyList<WantedWeights> wanted, IReadOnlyList<WeightEntry> entries)
    {
        var found = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        if (entries.Count == 0 || wanted.Any(tensor => found.ContainsKey(tensor.Name)))
            return found;
        int dot = entries[0].Name.IndexOf('.', StringComparison.Ordinal);
        string prefix = entries[0].Name[..(dot + 1)];
        return prefix.Length == 0 || entries.Any(entry => !entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            ? found
            : entries.ToDictionary(entry => entry.Name[prefix.Length..], StringComparer.Ordinal);
    }
}
