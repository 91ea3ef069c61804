using System.Globalization;

namespace MLExtensions;

/// <summary>How much of a source is chosen.</summary>
public sealed record SelectionBudget
{
    private readonly string _kind;
    private readonly double _value;

    private SelectionBudget(string kind, double value) => (_kind, _value) = (kind, value);

    /// <summary>So many classes (or rows), at least 1.</summary>
    /// <param name="count">K.</param>
    public static SelectionBudget Count(int count) => new(nameof(Count), count);

    /// <summary>A share of the classes that have rows (or of the rows), rounded, at least one.</summary>
    /// <param name="share">Above 0 to 1.</param>
    public static SelectionBudget Share(double share) => new(nameof(Share), share);

    /// <summary>As few as together hold this share of all mass that transport moves. For <see cref="SelectionStrategy.Transport"/>.</summary>
    /// <param name="share">Above 0 to 1.</param>
    public static SelectionBudget Mass(double share) => new(nameof(Mass), share);

    /// <inheritdoc/>
    public override string ToString() => $"SelectionBudget.{_kind}({_value.ToString(CultureInfo.InvariantCulture)})";

    /// <summary>Whether it is a share of transported mass.</summary>
    internal bool IsMass => _kind == nameof(Mass);

    /// <summary>The number of classes or rows.</summary>
    /// <param name="scores">Scores, best first, of those that may be chosen.</param>
    /// <param name="what">"classes" or "rows", for errors.</param>
    /// <exception cref="InvalidOperationException">There are not so many.</exception>
    internal int Resolve(IReadOnlyList<double> scores, string what)
    {
        if (!IsMass)
            return Resolve(scores.Count, what);
        double wanted = _value * scores.Sum(), sum = 0;
        int count = 0;
        while (count < scores.Count && (count == 0 || sum < wanted * (1 - 1e-12)))
            sum += scores[count++];
        return count;
    }

    /// <summary>The number of classes or rows, of a budget that is no share of mass.</summary>
    /// <param name="available">How many may be chosen.</param>
    /// <param name="what">"classes" or "rows", for errors.</param>
    /// <exception cref="InvalidOperationException">There are not so many.</exception>
    internal int Resolve(int available, string what)
    {
        if (_kind == nameof(Share))
            return Math.Clamp((int)Math.Round(_value * available), 1, available);
        return _value <= available ? (int)_value : throw new InvalidOperationException(
            $"{this}: the source has {available} {what} to choose from. Ask for at most so many, or take SelectionStrategy.All.");
    }

    internal void Check(ICollection<string> faults)
    {
        if (_kind == nameof(Count) && _value < 1)
            faults.Add($"Budget is {this}; a number must be at least 1.");
        if (_kind != nameof(Count) && !(_value is > 0 and <= 1))
            faults.Add($"Budget is {this}; a share must be above 0 and at most 1. 0.1 is usual.");
    }
}
