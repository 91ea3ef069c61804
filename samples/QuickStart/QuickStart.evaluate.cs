using Microsoft.ML;
using MLExtensions.Samples.Shared.Tables;

namespace MLExtensions.Samples;

internal static partial class QuickStart
{
    /// <summary>ML.NET's metrics over the test rows, in the order of the table's columns.</summary>
    public static IReadOnlyList<(string Name, double Value)> Evaluate(MLContext mlContext, QuickStartData data, ITransformer model)
    {
        var scored = model.Transform(data.Test);
        switch (data.Task)
        {
            case LabelTask.Binary:
                var binary = mlContext.BinaryClassification.Evaluate(scored, TargetColumn);
                return [("accuracy", binary.Accuracy), ("area under ROC", binary.AreaUnderRocCurve), ("log-loss", binary.LogLoss * NatsPerBit)];
            case LabelTask.Multiclass:
                var multiclass = mlContext.MulticlassClassification.Evaluate(scored, TargetColumn);
                return [("accuracy", multiclass.MicroAccuracy), ("log-loss", multiclass.LogLoss)];
            default:
                var regression = mlContext.Regression.Evaluate(scored, TargetColumn);
                return [("RMSE", regression.RootMeanSquaredError), ("R2", regression.RSquared)];
        }
    }

    /// <summary>ML.NET states the binary log-loss in bits, the multiclass one in nats; we show nats for both.</summary>
    private const double NatsPerBit = 0.6931471805599453;
}
