using Microsoft.ML;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Benchmarks.Nested;

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
        yield return Measured("plain net, temperature", 1, plain, ScoreQuality.Temperature(plain, set.Validation));
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
        (MulticlassUncertaintyMetrics m, OutOfDistributionMetrics[] o) = ScoreQuality.Of(model, set.Test, [set.Strangers], temperature);
        return new NestedEvidence(set.Name, name, width, seed, [m.Accuracy, m.NegativeLogLikelihood, m.ExpectedCalibrationError, o[0].AveragePrecisionOut, o[0].Auroc]);
    }
}
