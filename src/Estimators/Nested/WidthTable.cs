using System.Globalization;

namespace MLExtensions;

/// <summary>The measured widths of a nested net, narrowest first.</summary>
/// <param name="Widths">One entry per width.</param>
public sealed record WidthTable(IReadOnlyList<WidthMeasurement> Widths)
{
    /// <summary>
    /// The best width within a budget. With a limit on cost: the most accurate width that keeps it (of equally accurate ones the narrowest). With a limit on accuracy only:
    /// the narrowest width that keeps it. With both: the narrowest that keeps both.
    /// </summary>
    /// <param name="latency">The longest time for a single row; null for any.</param>
    /// <param name="bytes">The most bytes; null for any.</param>
    /// <param name="accuracyLossAtMost">How much less accurate than the widest it may be, such as 0.005; null for any.</param>
    /// <exception cref="ArgumentException">No limit is given, or one is not above (accuracy: at least) 0.</exception>
    /// <exception cref="InvalidOperationException">No width keeps the limits; the message says which comes nearest.</exception>
    public WidthChoice WidthFor(TimeSpan? latency = null, long? bytes = null, double? accuracyLossAtMost = null)
    {
        if (latency is null && bytes is null && accuracyLossAtMost is null)
            throw new ArgumentException("Give at least one limit: latency, bytes or accuracyLossAtMost.", nameof(latency));
        if (latency <= TimeSpan.Zero || bytes <= 0 || accuracyLossAtMost is < 0 or double.NaN)
            throw new ArgumentException("latency and bytes must be above 0, accuracyLossAtMost at least 0.", nameof(latency));
        double full = Widths[^1].Accuracy;
        WidthMeasurement[] cheap = [.. Widths.Where(w => (latency is null || w.Latency <= latency) && (bytes is null || w.Bytes <= bytes))];
        if (cheap.Length == 0)
            throw new InvalidOperationException(Text($"No width keeps the limits: the narrowest, {Widths[0].Width:0.####}, takes {Microseconds(Widths[0])} a row and {Widths[0].Bytes} bytes."));
        if (accuracyLossAtMost is not { } loss)
        {
            WidthMeasurement best = cheap.MaxBy(w => w.Accuracy)!; // the first of equals
            return new WidthChoice(best.Width, Text(
                $"The most accurate of the {cheap.Length} of {Widths.Count} widths that keep {Limits(latency, bytes)}: accuracy {best.Accuracy:f4}, {Microseconds(best)} a row, {best.Bytes} bytes."));
        }

        WidthMeasurement? narrowest = cheap.FirstOrDefault(w => w.Accuracy >= full - loss);
        if (narrowest is null)
            throw new InvalidOperationException(Text(
                $"No width keeps the limits: within {Limits(latency, bytes)} the most accurate is {cheap.MaxBy(w => w.Accuracy)!.Width:0.####} with {cheap.Max(w => w.Accuracy):f4}, and {full - loss:f4} is wanted."));
        string kept = latency is null && bytes is null ? "" : $" and {Limits(latency, bytes)}";
        return new WidthChoice(narrowest.Width, Text(
            $"The narrowest width within {loss} of the full accuracy {full:f4}{kept}: accuracy {narrowest.Accuracy:f4}, {Microseconds(narrowest)} a row, {narrowest.Bytes} bytes."));
    }

    private static string Limits(TimeSpan? latency, long? bytes) => string.Join(" and ", new[]
    {
        latency is { } time ? Text($"{time.TotalMicroseconds:0.#} us a row") : null, bytes is { } count ? Text($"{count} bytes") : null,
    }.OfType<string>().DefaultIfEmpty("any cost"));

    private static string Microseconds(WidthMeasurement width) => Text($"{width.Latency.TotalMicroseconds:0.##} us");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
