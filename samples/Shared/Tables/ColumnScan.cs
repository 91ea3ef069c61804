using System.Globalization;

namespace MLExtensions.Samples.Shared.Tables;

/// <summary>Gathers what decides a column's type, value by value, in bounded memory.</summary>
internal sealed class ColumnScan
{
    /// <summary>More different values than this are not counted one by one.</summary>
    public const int MaxDistinct = 1000;

    private static readonly string[] MissingMarks = ["", "?", "NA", "N/A", "NaN", "null"];

    private long _previousInteger;

    /// <summary>The different values, at most <see cref="MaxDistinct"/> + 1 of them.</summary>
    public HashSet<string> Distinct { get; } = new(StringComparer.Ordinal);

    public long Count { get; private set; }

    public long MissingCount { get; private set; }

    public bool AllNumbers { get; private set; } = true;

    public bool AllIntegers { get; private set; } = true;

    /// <summary>Each value is the one before plus one: a row number.</summary>
    public bool CountsRows { get; private set; } = true;

    public bool TooManyToCount => Distinct.Count > MaxDistinct;

    public static bool IsMissing(string? value) => value is null || MissingMarks.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase);

    public void Add(string value)
    {
        if (IsMissing(value))
        {
            MissingCount++;
            return;
        }
        value = value.Trim();
        AllNumbers = AllNumbers && float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number);
        bool isInteger = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer);
        AllIntegers = AllIntegers && isInteger;
        CountsRows = CountsRows && isInteger && (Count == 0 || integer == _previousInteger + 1);
        _previousInteger = integer;
        Count++;
        if (!TooManyToCount)
            Distinct.Add(value);
    }
}
