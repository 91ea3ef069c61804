using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Uncertainty;

/// <summary>Reads scalar columns of scored rows.</summary>
internal static class ScoredRows
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name, string role) => schema.GetColumnOrNull(name) ?? throw new ArgumentException(
        $"There is no {role} column '{name}'. The columns are: {string.Join(", ", schema.Take(50).Select(column => $"'{column.Name}'"))}.");

    /// <summary>Reads columns of Single together.</summary>
    /// <returns>For each column its values.</returns>
    /// <exception cref="ArgumentException">A column is missing, has another type or holds a number that is not finite, or there are no rows.</exception>
    public static double[][] ReadNumbers(IDataView scored, params (string Name, string Role)[] columns)
    {
        DataViewSchema.Column[] found = Array.ConvertAll(columns, column => Find(scored.Schema, column.Name, column.Role));
        for (int i = 0; i < found.Length; i++)
            if (found[i].Type != NumberDataViewType.Single)
                throw new ArgumentException($"The {columns[i].Role} column '{columns[i].Name}' is {found[i].Type}; expected Single.");
        var values = Array.ConvertAll(columns, _ => new List<double>());
        using DataViewRowCursor cursor = scored.GetRowCursor(found);
        ValueGetter<float>[] getters = Array.ConvertAll(found, column => cursor.GetGetter<float>(column));
        while (cursor.MoveNext())
            for (int i = 0; i < getters.Length; i++)
            {
                float value = 0;
                getters[i](ref value);
                if (!float.IsFinite(value))
                    throw new ArgumentException($"The {columns[i].Role} column '{columns[i].Name}' holds {value} in row {cursor.Position} (the first is 0). Remove such rows, or look for features that are not finite.");
                values[i].Add(value);
            }

        if (values[0].Count == 0)
            throw Empty(nameof(scored), 0);
        return Array.ConvertAll(values, list => list.ToArray());
    }

    /// <summary>Nothing to measure.</summary>
    public static ArgumentException Empty(string name, int skipped) => new(
        skipped == 0 ? $"{name} has no rows; there is nothing to measure." : $"{name} has no row with a label ({skipped} without); there is nothing to measure.", name);

    /// <summary>Refuses a number of bins that makes no sense.</summary>
    public static void CheckBins(int bins)
    {
        if (bins is < 1 or > 10_000)
            throw new ArgumentOutOfRangeException(nameof(bins), bins, "bins must be 1 to 10,000; 15 is usual.");
    }

    /// <summary>Refuses a level outside (0, 1).</summary>
    public static void CheckLevel(double level)
    {
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "level must be above 0 and below 1; 0.9 gives intervals that should hold 90 % of the labels.");
    }
}
