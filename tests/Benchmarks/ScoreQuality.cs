using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;

namespace MLExtensions.Benchmarks;

/// <summary>What the scores of a classifier of keyed rows are worth: on known rows (ECE with 15 bins of equal width), and against strangers by their entropy.</summary>
internal static class ScoreQuality
{
    /// <summary>Measures.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="known">Rows with labels.</param>
    /// <param name="strangers">Sets of rows of other kinds.</param>
    /// <param name="temperature">The scores are p^(1/temperature), normalised.</param>
    public static (MulticlassUncertaintyMetrics Known, OutOfDistributionMetrics[] Strangers) Of(
        ITransformer model, IDataView known, IReadOnlyList<IDataView> strangers, double temperature = 1)
    {
        (double[] p, int[] labels) = Logarithms(model.Transform(known));
        int classes = p.Length / labels.Length;
        Soften(p, classes, temperature);
        double[] own = Entropies(p, classes);
        return (MulticlassUncertaintyMetrics.Of(new ClassProbabilities(labels, p, classes), 15, 0), [.. strangers.Select(Against)]);

        OutOfDistributionMetrics Against(IDataView rows)
        {
            (double[] q, _) = Logarithms(model.Transform(rows));
            Soften(q, classes, temperature);
            return OutOfDistributionMetrics.Of(own, Entropies(q, classes));
        }
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
