namespace MLExtensions.Trainers.Nested;

/// <summary>
/// How the units of one layer are cut into groups that are kept or dropped together. A layer of fewer units than groups gets one group per unit; a remainder is
/// spread. The first groups are never dropped.
/// </summary>
internal sealed class NestedGroups
{
    private readonly int _steps;

    /// <summary>Cuts a layer.</summary>
    /// <param name="units">Units of the layer, at least 1.</param>
    /// <param name="settings">Groups and floor for the whole net.</param>
    public NestedGroups(int units, NestedSettings settings)
    {
        Units = units;
        _steps = settings.Groups;
        Groups = Math.Min(settings.Groups, units);
        Floor = settings.Ordering == NestedOrdering.None
            ? Groups
            : Math.Clamp((int)Math.Round(settings.Floor * Groups / (double)settings.Groups), 1, Groups);
    }

    /// <summary>Units of the layer.</summary>
    public int Units { get; }

    /// <summary>Groups of the layer.</summary>
    public int Groups { get; }

    /// <summary>Groups that are never dropped.</summary>
    public int Floor { get; }

    /// <summary>How many numbers of groups are possible: K of the chain.</summary>
    public int Outcomes => Groups - Floor + 1;

    /// <summary>Units that are kept in the outcome (0 for the floor only).</summary>
    public int UnitsOfOutcome(int outcome) => (int)((long)(Floor + outcome) * Units / Groups);

    /// <summary>The outcome that a width of the net means for this layer.</summary>
    /// <param name="step">Width of the net in steps, floor to all.</param>
    public int OutcomeAt(int step) => Math.Clamp((int)Math.Round(step * Groups / (double)_steps), Floor, Groups) - Floor;

    /// <summary>Units that are kept at a width of the net.</summary>
    public int UnitsAt(int step) => UnitsOfOutcome(OutcomeAt(step));

    /// <summary>The outcome from which on a unit is kept: its element of the chain.</summary>
    public int ElementOf(int unit)
    {
        int outcome = 0;
        while (UnitsOfOutcome(outcome) <= unit)
            outcome++;
        return outcome;
    }

    /// <summary>Sums a number per unit over the elements of the chain.</summary>
    public void SumByElement(ReadOnlySpan<float> perUnit, Span<double> perElement)
    {
        int unit = 0;
        for (int element = 0; element < Outcomes; element++)
        {
            double sum = 0;
            for (int end = UnitsOfOutcome(element); unit < end; unit++)
                sum += perUnit[unit];
            perElement[element] = sum;
        }
    }
}
