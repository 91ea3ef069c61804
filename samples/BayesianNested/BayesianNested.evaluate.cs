using Microsoft.ML;

namespace MLExtensions.Samples;

internal static partial class BayesianNested
{
    /// <summary>Widths that the table shows.</summary>
    private static readonly double[] Widths = [0.0625, 0.125, 0.25, 0.5, 0.75, 1];

    /// <summary>One line of the table.</summary>
    public sealed record WidthRow(double Width, long Parameters, double Microseconds, double Accuracy, double LogLoss, double CalibrationError, double StrangersFound);

    /// <summary>Cost, accuracy, calibration and sense for strangers of every width, averaged over draws of the weights.</summary>
    public static IReadOnlyList<WidthRow> Evaluate(MLContext mlContext, ITransformer model, BayesianNestedData data, int samples)
    {
        BayesianNestedTransformer net = model.FindBayesianNested().WithSamples(samples);
        IDataView test = WithKeys(model, data.Test);
        var rows = new List<WidthRow>();
        foreach (WidthMeasurement width in net.MeasureWidths(test, Widths).Widths)
        {
            BayesianNestedTransformer view = net.WithWidth(width.Width);
            OutOfDistributionMetrics strangers = mlContext.MulticlassClassification.EvaluateOutOfDistribution(
                view.Transform(test), view.Transform(data.Strangers), featureColumnName: FeaturesColumn);
            rows.Add(new WidthRow(width.Width, width.Parameters, width.Latency.TotalMicroseconds, width.Accuracy, width.NegativeLogLikelihood, width.CalibrationError, strangers.Auroc));
        }

        return rows;
    }

    /// <summary>A view that scores narrow first and widens where it is not sure, with the threshold chosen on the validation rows.</summary>
    public static AdaptiveWidthChoice ChooseAdaptiveWidth(ITransformer model, BayesianNestedData data) =>
        model.FindBayesianNested().ChooseAdaptiveWidth(WithKeys(model, data.Validation), start: 0.25, accuracyLossAtMost: 0.001);

    /// <summary>Accuracy and cost of such a view on the test rows.</summary>
    public static (double Accuracy, AdaptiveCost Cost) EvaluateAdaptive(MLContext mlContext, ITransformer model, AdaptiveWidthChoice choice, BayesianNestedData data)
    {
        IDataView test = WithKeys(model, data.Test);
        return (mlContext.MulticlassClassification.EvaluateUncertainty(choice.Model.Transform(test)).Accuracy, choice.Model.MeasureAdaptiveCost(test));
    }
}
