using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Interop;

namespace MLExtensions.Estimators.Fitting;

/// <summary>The shapes of the columns that a trainer's model adds.</summary>
internal static class ScoreColumnShapes
{
    public static SchemaShape.Column[] Of(NetTask task, NetworkTrainerOptions options, SchemaShape.Column label)
    {
        SchemaShape.Column score = Scalar(options.ScoreColumnName, NumberDataViewType.Single);
        if (task == NetTask.Regression)
            return [score];
        if (task == NetTask.Binary)
            return
            [
                Scalar(options.PredictedLabelColumnName, BooleanDataViewType.Instance),
                score,
                SchemaShapes.Column(options.ProbabilityColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false,
                    SchemaShapes.ScoreAnnotations(normalized: true)),
            ];
        return
        [
            SchemaShapes.Column(options.PredictedLabelColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true,
                SchemaShapes.PredictedLabelAnnotations(label)),
            SchemaShapes.Column(options.ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false,
                SchemaShapes.MulticlassScoreAnnotations(label)),
        ];
    }

    private static SchemaShape.Column Scalar(string name, DataViewType type) =>
        SchemaShapes.Column(name, SchemaShape.Column.VectorKind.Scalar, type, isKey: false, SchemaShapes.ScoreAnnotations(normalized: false));
}
