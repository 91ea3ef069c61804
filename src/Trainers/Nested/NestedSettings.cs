namespace MLExtensions.Trainers.Nested;

/// <summary>What a nested net keeps of its options: saved with the model.</summary>
internal sealed record NestedSettings
{
    public const int MostGroups = 1024;

    /// <summary>Steps of width: a net has the widths floor / groups ... groups / groups.</summary>
    public required int Groups { get; init; }

    /// <summary>Groups that are never dropped, at least 1.</summary>
    public required int Floor { get; init; }

    public required NestedOrdering Ordering { get; init; }

    /// <summary>Regression: what is learned about the label's noise.</summary>
    public NestedNoise Noise { get; init; }

    /// <summary>Whether the net has the two outputs mean and noise.</summary>
    public bool IsRegression { get; init; }

    /// <summary>The widths of the net in steps, narrowest first.</summary>
    public IReadOnlyList<int> Steps => Ordering == NestedOrdering.None ? [Groups] : [.. Enumerable.Range(Floor, Groups - Floor + 1)];

    /// <summary>The nearest step to a share, and an error where there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1], or below the floor.</exception>
    public int StepOf(double width)
    {
        string allowed = Steps.Count == 1
            ? "this net has its full width only, since it was trained with NestedOrdering.None"
            : FormattableString.Invariant($"this net has widths from {(double)Steps[0] / Groups:0.####} to 1 in steps of 1/{Groups}; others are rounded to the nearest");
        if (!(width is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(width), width, $"A width is a share of the units, above 0 and at most 1; {allowed}.");
        int step = (int)Math.Round(width * Groups, MidpointRounding.AwayFromZero);
        if (step < Steps[0])
            throw new ArgumentOutOfRangeException(nameof(width), width, $"Too narrow: {allowed}.");
        return step;
    }

    /// <summary>Adds what cannot be true.</summary>
    public void Check(ICollection<string> faults)
    {
        if (Groups is < 1 or > MostGroups)
            faults.Add($"Groups is {Groups}; allowed are 1 to {MostGroups}.");
        if (Floor < 1 || Floor > Groups)
            faults.Add($"Floor is {Floor}; allowed are 1 to Groups ({Groups}).");
        if (!Enum.IsDefined(Ordering))
            faults.Add($"Ordering is {(int)Ordering}; allowed are {string.Join(", ", Enum.GetNames<NestedOrdering>())}.");
        if (!Enum.IsDefined(Noise))
            faults.Add($"Noise is {(int)Noise}; allowed are {string.Join(", ", Enum.GetNames<NestedNoise>())}.");
    }
}
