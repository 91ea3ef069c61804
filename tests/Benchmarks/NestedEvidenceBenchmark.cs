using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Benchmarks;

/// <summary>
/// What the paper claims, at this size: learned ordering against fixed and uniform ordering, separate variational nets for each width, and the plain net with temperature
/// scaling; MNIST with Fashion-MNIST as strangers and the reverse; few rows. Prints every measurement as it comes, and tables in the end; --from FILE makes the tables of a
/// log again; --seeds 5 and --first-seed 1 say which seeds.
/// </summary>
internal static class NestedEvidenceBenchmark
{
    private const int Samples = 4;
    private const int ValidationRows = 500;
    private static readonly double[] Widths = [1, 0.5, 0.25, 0.125];
    private static readonly NestedOrdering[] Orderings = [NestedOrdering.Learned, NestedOrdering.Fixed, NestedOrdering.Uniform];

    public static void Run(string[] args)
    {
        if (Options.Get(args, "--from", null) is { } log)
        {
            WriteTables([.. File.ReadLines(log).Select(NestedEvidence.Parse).OfType<NestedEvidence>()]);
            return;
        }

        string data = DataFolder.Find(args);
        int seeds = Measure.Number(args, "--seeds", 5), rows = Measure.Number(args, "--rows", 1500), tests = Measure.Number(args, "--test", 1000);
        var all = new List<NestedEvidence>();
        for (int seed = Measure.Number(args, "--first-seed", 1); seed <= seeds; seed++)
        {
            foreach ((string known, string strange, int count, bool separate) in new[]
                     {
                         ("mnist", "fashion-mnist", rows, true), ("fashion-mnist", "mnist", rows, true), ("mnist", "fashion-mnist", 1000, false), ("mnist", "fashion-mnist", 100, false),
                     })
                foreach (NestedEvidence evidence in new Trial(data, known, strange, count, tests, seed).Run(separate))
                {
                    Console.WriteLine(evidence);
                    all.Add(evidence);
                }
        }

        WriteTables(all);
    }

    private sealed class Trial
    {
        private readonly MLContext _ml;
        private readonly string _set;
        private readonly int _seed;
        private readonly int _rows;
        private readonly IDataView _train;
        private readonly IDataView _validation;
        private readonly IDataView _test;
        private readonly IDataView _strangers;

        public Trial(string data, string known, string strange, int rows, int tests, int seed)
        {
            _ml = new MLContext(seed);
            (_set, _seed, _rows) = ($"{known} {rows}", seed, rows);
            PixelRow[] chosen = PixelRow.Read(Path.Combine(data, known), "train", rows + ValidationRows, seed);
            _train = PixelRow.View(_ml, chosen[..rows]);
            _validation = PixelRow.View(_ml, chosen[rows..]);
            _test = PixelRow.View(_ml, PixelRow.Read(Path.Combine(data, known), "t10k", tests, seed));
            _strangers = PixelRow.View(_ml, PixelRow.Read(Path.Combine(data, strange), "t10k", tests, seed));
        }

        public IEnumerable<NestedEvidence> Run(bool separate)
        {
            foreach (NestedOrdering ordering in Orderings)
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

            foreach (double width in separate ? Widths : [])
                yield return Measured("separate nets", width, Uncalibrated(Fit(NestedOrdering.None, width).WithSamples(Samples)));
            NeuralNetworkTransformer plain = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
            {
                Architecture = Recipe(1),
                Epochs = Epochs,
                Seed = _seed,
                ValidationSet = _validation,
                Threads = ThreadPolicy.Fixed(1),
                Telemetry = false,
            }).Fit(_train);
            (double[] logits, int[] labels) = Logits(plain, _validation);
            yield return Measured("plain net, temperature", 1, plain, TemperatureScaling.Fit(logits, labels, 10));
        }

        private BayesianNestedTransformer Uncalibrated(BayesianNestedTransformer view) =>
            new(Environments.Of(_ml.MulticlassClassification.Trainers), view.Model.Network with { Calibration = [] }, view.Model.View, new ScoreColumnNames(), null);

        private int Epochs => Math.Clamp(24_000 / _rows, 8, 60);

        private static Architecture Recipe(double width) => Architecture.Mlp([(int)(256 * width), (int)(128 * width)], normalization: Normalization.Batch);

        private BayesianNestedTransformer Fit(NestedOrdering ordering, double width) => _ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
        {
            Architecture = Recipe(width),
            Ordering = ordering,
            Epochs = Epochs,
            Seed = _seed,
            ValidationSet = _validation,
            Threads = ThreadPolicy.Fixed(1),
            Telemetry = false,
        }).Fit(_train);

        private NestedEvidence Measured(string method, double width, ITransformer model, double temperature = 1)
        {
            (double[] known, int[] labels) = Logits(model, _test);
            (double[] strange, _) = Logits(model, _strangers);
            Soften(known, temperature);
            Soften(strange, temperature);
            MulticlassUncertaintyMetrics m = MulticlassUncertaintyMetrics.Of(new ClassProbabilities(labels, known, 10), 15, 0);
            OutOfDistributionMetrics o = OutOfDistributionMetrics.Of(Entropies(known), Entropies(strange));
            return new NestedEvidence(_set, method, width, _seed, [m.Accuracy, m.NegativeLogLikelihood, m.ExpectedCalibrationError, o.AveragePrecisionOut, o.Auroc]);
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

    private static void WriteTables(IReadOnlyList<NestedEvidence> all)
    {
        foreach (IGrouping<string, NestedEvidence> set in all.GroupBy(e => e.Set))
        {
            Console.WriteLine();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Key} training rows, {set.Select(e => e.Seed).Distinct().Count()} seeds, means"));
            Console.WriteLine($"| method | width | {string.Join(" | ", NestedEvidence.Metrics)} |");
            Console.WriteLine($"| --- | --- |{string.Concat(NestedEvidence.Metrics.Select(_ => " --- |"))}");
            foreach (var group in set.GroupBy(e => (e.Method, e.Width)))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {group.Key.Method} | {group.Key.Width} | {string.Join(" | ", NestedEvidence.Metrics.Select((_, i) => group.Average(e => e.Values[i]).ToString("f4", CultureInfo.InvariantCulture)))} |"));
            Console.WriteLine();
            Console.WriteLine("Learned ordering minus the other, mean over widths, paired over seeds (p of Student's test)");
            Console.WriteLine($"| against | {string.Join(" | ", NestedEvidence.Metrics)} |");
            Console.WriteLine($"| --- |{string.Concat(NestedEvidence.Metrics.Select(_ => " --- |"))}");
            foreach (string other in set.Select(e => e.Method).Distinct().Where(m => m != "learned ordering"))
                Console.WriteLine($"| {other} | {string.Join(" | ", NestedEvidence.Metrics.Select((_, i) => Compare(set, other, i)))} |");
        }
    }

    private static string Compare(IEnumerable<NestedEvidence> set, string other, int metric)
    {
        var learned = set.Where(e => e.Method == "learned ordering").ToDictionary(e => (e.Seed, e.Width), e => e.Values[metric]);
        double[] differences = [.. set.Where(e => e.Method == other && learned.ContainsKey((e.Seed, e.Width)))
            .GroupBy(e => e.Seed).Select(seed => seed.Average(e => learned[(e.Seed, e.Width)] - e.Values[metric]))];
        if (differences.Length == 0)
            return "-";
        (double mean, double p) = (differences.Average(), PairedTest.Student(differences));
        return string.Create(CultureInfo.InvariantCulture, $"{mean:+0.0000;-0.0000} (p {p:0.000})");
    }
}
