using Microsoft.ML;

namespace MLExtensions.Transforms.Rows;

/// <summary>Which columns somebody asked for, and what that asks of the source.</summary>
internal sealed class ActiveColumns
{
    private readonly bool[] _active;

    public ActiveColumns(IEnumerable<DataViewSchema.Column> needed, DataViewSchema source, DataViewSchema output, string featureColumnName)
    {
        _active = new bool[output.Count];
        foreach (DataViewSchema.Column column in needed)
            _active[column.Index] = true;
        AnyScore = _active.AsSpan(source.Count).Contains(true);
        int features = AnyScore ? source[featureColumnName].Index : -1;
        Source = [.. source.Where(column => _active[column.Index] || column.Index == features)];
    }

    /// <summary>Whether a score column is among them.</summary>
    public bool AnyScore { get; }

    /// <summary>What must be active in the source.</summary>
    public IReadOnlyList<DataViewSchema.Column> Source { get; }

    /// <summary>Whether a column of the output is asked for.</summary>
    public bool this[int index] => _active[index];

    /// <summary>Refuses columns that were not asked for.</summary>
    public void Check(DataViewSchema.Column column)
    {
        if (column.Index >= _active.Length || !_active[column.Index])
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active in this cursor.");
    }

    /// <summary>A getter of the right type, or an error.</summary>
    public static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Invalid TValue in GetGetter: '{typeof(TValue)}' for column '{column.Name}' of type {column.Type}.");
}
