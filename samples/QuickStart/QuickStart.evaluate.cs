using Microsoft.ML;
using MLExtensions.Samples.Shared.Characters;
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

    /// <summary>The share of pictures that a net still gets right when somebody may shift every pixel a little, as its gradient says; null for tables, whose columns have all kinds of units.</summary>
    public static double? EvaluateUnderAttack(MLContext mlContext, QuickStartData data, ITransformer model, CancellationToken cancellation)
    {
        if (data.Test.Schema.GetColumnOrNull(nameof(CharacterRow.Pixels)) is null)
            return null;
        var attack = Attack.Pgd(steps: 10);
        var metrics = mlContext.MulticlassClassification.EvaluateRobustness(model, data.Test, new RobustnessOptions
        {
            Epsilons = [PixelShift],
            Attacks = [attack],
            LowerBound = 0,
            UpperBound = 1,
            MaxRows = 500,
            CancellationToken = cancellation,
        });
        return metrics.AccuracyUnder(attack, PixelShift);
    }

    /// <summary>How far an attacker may shift a pixel, of 0 to 1.</summary>
    public const double PixelShift = 0.02;

    /// <summary>ML.NET states the binary log-loss in bits, the multiclass one in nats; we show nats for both.</summary>
    private const double NatsPerBit = 0.6931471805599453;
}
