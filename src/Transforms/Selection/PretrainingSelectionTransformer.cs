using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Selection;

namespace MLExtensions;

/// <summary>
/// A fitted selection of pre-training data as a stage of a pipeline. While what follows is trained it passes on the chosen rows only; when the model scores it passes on every row.
/// Where a weight column is wanted, a chosen row's weight is its score over the mean score of the chosen rows; when scoring it is 1. Immutable and thread-safe.
/// </summary>
public sealed class PretrainingSelectionTransformer : RowFilteringTransformer
{
    private readonly SelectionRule _rule;

    internal PretrainingSelectionTransformer(SelectionReport report, SelectionRule rule, string labelColumnName, string? weightColumnName)
    {
        Report = report;
        _rule = rule;
        LabelColumnName = labelColumnName;
        WeightColumnName = weightColumnName;
    }

    /// <summary>What was chosen, and why.</summary>
    public SelectionReport Report { get; }

    /// <summary>The label column of the source, by which classes are told while what follows is trained. Not needed for scoring.</summary>
    public string LabelColumnName { get; }

    /// <summary>The weight column that is added, Single; null for none.</summary>
    public string? WeightColumnName { get; }

    /// <summary>The columns after the stage.</summary>
    /// <param name="inputSchema">The columns before it.</param>
    public override DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (WeightColumnName is null)
            return inputSchema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(WeightColumnName, NumberDataViewType.Single);
        return builder.ToSchema();
    }

    /// <summary>All rows, as when scoring.</summary>
    /// <param name="input">The rows.</param>
    public override IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return WeightColumnName is null ? input : new WeightedRows(input, GetOutputSchema(input.Schema), rule: null, LabelColumnName);
    }

    /// <summary>The chosen rows of the source that the selection was fitted on, for <see cref="T:MLExtensions.PretrainingData"/> or a look at them. Lazy.</summary>
    /// <param name="source">The source; by class, also other rows with the same key.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label column is missing, or its key has another number of values.</exception>
    public IDataView Select(IDataView source)
    {
        ArgumentNullException.ThrowIfNull(source);
        DataViewSchema.Column label = source.Schema.GetColumnOrNull(LabelColumnName) ?? throw new ArgumentOutOfRangeException(
            nameof(source), $"Label column '{LabelColumnName}' not found. The columns are: {string.Join(", ", source.Schema.Take(50).Select(column => $"'{column.Name}'"))}.");
        if (label.Type is not KeyDataViewType key || key.Count != (ulong)_rule.ClassCount)
            throw new ArgumentOutOfRangeException(nameof(source),
                $"Schema mismatch for Label column '{LabelColumnName}': expected a key of {_rule.ClassCount} values, on which the selection was fitted, got {label.Type}.");
        return new WeightedRows(source, GetOutputSchema(source.Schema), _rule, LabelColumnName);
    }

    private protected override ModelKind Kind => ModelKind.PretrainingSelection;

    private protected override IDataView TransformForTraining(IDataView input) => Select(input);

    private protected override IRowToRowMapper CreateRowMapper(DataViewSchema inputSchema) => new WeightedRowMapper(inputSchema, GetOutputSchema(inputSchema));

    private protected override void Write(BinaryWriter writer) => SelectionFile.Write(writer, Report, _rule, LabelColumnName, WeightColumnName);
}
