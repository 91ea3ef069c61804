using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>Score: the predicted number.</summary>
internal sealed class RegressionScoreColumns(ScoreColumnNames names) : ScoreColumns
{
    public override int Count => 1;

    public override Delegate CreateGetter(int column, ScoredRows rows) => (ValueGetter<float>)((ref float value) => value = rows.Outputs[rows.Locate()]);

    private protected override DataViewSchema.DetachedColumn[] Create(uint setId) =>
        [new(names.Score, NumberDataViewType.Single, Annotations(setId, "Regression", "Score").ToAnnotations())];
}
