namespace MLExtensions.Samples.Shared.Tables;

/// <summary>What a CSV file holds and what to do with it.</summary>
public sealed record TableSchema
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The character between two fields.</summary>
    public required char Separator { get; init; }

    /// <summary>Rows without the header.</summary>
    public required long RowCount { get; init; }

    /// <summary>All columns, in the order of the file.</summary>
    public required IReadOnlyList<InferredColumn> Columns { get; init; }

    /// <summary>What is to be learnt, chosen by the label's values.</summary>
    public required LabelTask Task { get; init; }

    /// <summary>The label's values, sorted; the last is the positive one of a binary task; empty for regression.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The label's column.</summary>
    public InferredColumn Label => Columns.Single(c => c.Use == ColumnUse.Label);

    /// <summary>The columns of one use.</summary>
    public IEnumerable<InferredColumn> Of(ColumnUse use) => Columns.Where(c => c.Use == use);
}
