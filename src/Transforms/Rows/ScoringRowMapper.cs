using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Rows;

/// <summary>The way of a prediction engine: one row at a time, no reading ahead.</summary>
internal sealed class ScoringRowMapper(DataViewSchema input, DataViewSchema output, RowScoring scoring) : IRowToRowMapper
{
    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        new ActiveColumns(dependingColumns, input, output, scoring.FeatureColumnName).Source;

    public DataViewRow GetRow(DataViewRow row, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoringRow(row, output, new ActiveColumns(activeColumns, input, output, scoring.FeatureColumnName), scoring);
}
