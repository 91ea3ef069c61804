using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Benchmarks;

/// <summary>All methods on one set with one seed.</summary>
/// <param name="set">The rows and the recipe.</param>
/// <param name="seed">Of the fits.</param>
/// <param name="method">The only method; empty for all.</param>
internal sealed class NestedEvidenceTrial(NestedEvidenceSet set, int seed, string method)
{
    private const int Samples = 4;
    private static readonly double[] Widths = [1, 0.5, 0.25, 0.125];
    private static readonly NestedOrdering[] Orderings = [NestedOrdering.Learned, NestedOrdering.Fixed, NestedOrdering.Uniform];

    private readonly MLContext _ml = new(seed);

    /// <summary>Every method at every width.</summary>
    /// <param name="separate">Whether nets of one width each are fitted too.</param>
    public IEnumerable<NestedEvidence> Run(bool separate)
    {
        foreach (NestedOrdering ordering in Orderings.Where(ordering => Wanted(ordering.ToString())))
        {
            BayesianNestedTransformer model = Fit(ordering, 1);
            foreach (double width in Widths)
            {
                string name = $"{ordering} ordering".ToLowerInvariant();
                BayesianNestedTransformer view = model.WithWidth(width).WithSamples(Samples);
                yield return Measured(name, width, Uncalibrated(view));
                yield return Measured(name + ", calibrated", width, view);
            }
        }

        foreach (double width in separate && Wanted("separate") ? Widths : [])
            yield return Measured("separate nets", width, Uncalibrated(Fit(NestedOrdering.None, width).WithSamples(Samples)));
        if (!Wanted("plain"))
            yield break;
        NeuralNetworkTransformer plain = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            Architecture = set.Recipe(1),
            Epochs = set.Epochs,
            Seed = seed,
            ValidationSet = set.Validation,
            Threads = ThreadPolicy.Fixed(1),
            Telemetry = false,
        }).Fit(set.Train);
        (double[] logits, int[] labels) = Logits(plain, set.Validation);
        yield return Measured("plain net, temperature", 1, plain, TemperatureScaling.Fit(logits, labels, 10));
    }

    private bool Wanted(string name) => method == "" || name.Equals(method, StringComparison.OrdinalIgnoreCase);

    private BayesianNestedTransformer Uncalibrated(BayesianNestedTransformer view) =>
        new(Environments.Of(_ml.MulticlassClassification.Trainers), view.Model.Network with { Calibration = [] }, view.Model.View, new ScoreColumnNames(), null);

    private BayesianNestedTransformer Fit(NestedOrdering ordering, double width) => _ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
    {
        Architecture = set.Recipe(width),
        Ordering = ordering,
        Epochs = set.Epochs,
        StatisticsRows = set.StatisticsRows,
        Seed = seed,
        ValidationSet = set.Validation,
        Threads = ThreadPolicy.Fixed(1),
        Telemetry = false,
    }).Fit(set.Train);

    private NestedEvidence Measured(string name, double width, ITransformer model, double temperature = 1)
    {
        (double[] known, int[] labels) = Logits(model, set.Test);
        (double[] strange, _) = Logits(model, set.Strangers);
        Soften(known, temperature);
        Soften(strange, temperature);
        MulticlassUncertaintyMetrics m = MulticlassUncertaintyMetrics.Of(new ClassProbabilities(labels, known, 10), 15, 0);
        OutOfDistributionMetrics o = OutOfDistributionMetrics.Of(Entropies(known), Entropies(strange));
        return new NestedEvidence(set.Name, name, width, seed, [m.Accuracy, m.NegativeLogLikelihood, m.ExpectedCalibrationError, o.AveragePrecisionOut, o.Auroc]);
    }

    private static double[] Entropies(double[] p) => [.. Enumerable.Range(0, p.Length / 10).Select(i => Entropy.Of(p.AsSpan(i * 10, 10)))];

    private static void Soften(double[] logits, double temperature)
    {
        for (int at = 0; at < logits.Length; at += 10)
            TemperatureScaling.Apply(logits.AsSpan(at, 10).ToArray(), 1 / temperature, logits.AsSpan(at, 10));
    }

    // Logarithms of probabilities: logits up to a constant for each row.
    private static (double[] Logits, int[] Labels) Logits(ITransformer model, IDataView rows)
    {
        IDataView scored = model.Transform(rows);
        return ([.. scored.GetColumn<float[]>("Score").SelectMany(p => p.Select(x => Math.Log(Math.Max(x, 1e-30))))], [.. scored.GetColumn<uint>("Label").Select(l => (int)l - 1)]);
    }
}
