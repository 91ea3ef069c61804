using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>PredictedLabel: whether the score is positive. Score: the logit. Probability: that of the positive class.</summary>
internal sealed class BinaryScoreColumns(ScoreColumnNames names) : ScoreColumns
{
    private const string Kind = "BinaryClassification";

    public override int Count => 3;

    public override Delegate CreateGetter(int column, ScoredRows rows) => column switch
    {
        0 => (ValueGetter<bool>)((ref bool value) => value = rows.Outputs[rows.Locate()] > 0),
        1 => (ValueGetter<float>)((ref float value) => value = rows.Outputs[rows.Locate()]),
        _ => (ValueGetter<float>)((ref float value) => value = 1 / (1 + MathF.Exp(-rows.Outputs[rows.Locate()]))),
    };

    private protected override DataViewSchema.DetachedColumn[] Create(uint setId)
    {
        DataViewSchema.Annotations.Builder probability = Annotations(setId, Kind, "Probability");
        probability.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true);
        return
        [
            new(names.PredictedLabel, BooleanDataViewType.Instance, Annotations(setId, Kind, "PredictedLabel").ToAnnotations()),
            new(names.Score, NumberDataViewType.Single, Annotations(setId, Kind, "Score").ToAnnotations()),
            new(names.Probability, NumberDataViewType.Single, probability.ToAnnotations()),
        ];
    }
}
