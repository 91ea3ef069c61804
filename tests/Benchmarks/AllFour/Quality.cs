using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;

namespace MLExtensions.Benchmarks.AllFour;

/// <summary>What a classifier of keyed rows is worth: accuracy, NLL, ECE (15 bins of equal width), AUROC of strangers by the entropy of the scores.</summary>
internal static class Quality
{
    /// <summary>The four numbers.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="known">Rows with labels.</param>
    /// <param name="strangers">Rows that the target does not have.</param>
    /// <param name="temperature">The scores are p^(1/temperature), normalised.</param>
    public static double[] Of(ITransformer model, IDataView known, IDataView strangers, double temperature = 1)
    {
        (double[] p, int[] labels) = Logarithms(model.Transform(known));
        (double[] q, _) = Logarithms(model.Transform(strangers));
        int classes = p.Length / labels.Length;
        Soften(p, classes, temperature);
        Soften(q, classes, temperature);
        MulticlassUncertaintyMetrics metrics = MulticlassUncertaintyMetrics.Of(new ClassProbabilities(labels, p, classes), 15, 0);
        return [metrics.Accuracy, metrics.NegativeLogLikelihood, metrics.ExpectedCalibrationError, OutOfDistributionMetrics.Of(Entropies(p, classes), Entropies(q, classes)).Auroc];
    }

    /// <summary>The temperature that fits some rows best.</summary>
    public static double Temperature(ITransformer model, IDataView validation)
    {
        (double[] logits, int[] labels) = Logarithms(model.Transform(validation));
        return TemperatureScaling.Fit(logits, labels, logits.Length / labels.Length);
    }

    private static double[] Entropies(double[] p, int classes) => [.. Enumerable.Range(0, p.Length / classes).Select(i => Entropy.Of(p.AsSpan(i * classes, classes)))];

    private static void Soften(double[] logits, int classes, double temperature)
    {
        for (int at = 0; at < logits.Length; at += classes)
            TemperatureScaling.Apply(logits.AsSpan(at, classes).ToArray(), 1 / temperature, logits.AsSpan(at, classes));
    }

    // Logits up to a constant for each row.
    private static (double[] Logits, int[] Labels) Logarithms(IDataView scored) =>
        ([.. scored.GetColumn<float[]>("Score").SelectMany(p => p.Select(x => Math.Log(Math.Max(x, 1e-30))))], [.. scored.GetColumn<uint>("Label").Select(label => (int)label - 1)]);
}
