using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLExtensions.Benchmarks.Selection;

/// <summary>
/// Does selection help, and does transport earn its keep? Source: 20 classes of MNIST and Fashion-MNIST; target: optical digits, few rows a class, all digits or three of them. A net
/// is trained on the source, then fine-tuned on the target alone, or jointly with what each strategy chooses. Seeds are paired: the same target rows, source rows and initial
/// weights for every strategy.
/// </summary>
internal static class SelectionEvidenceBenchmark
{
    private static readonly string[] Three = ["1", "4", "7"];

    private static readonly (string Name, Action<PretrainingSelectionOptions>? Choose)[] Selections =
    [
        ("joint, all classes", o => o.Strategy = SelectionStrategy.All),
        ("joint, random classes", o => o.Strategy = SelectionStrategy.Random),
        ("joint, nearest mean (min)", o => o.Strategy = SelectionStrategy.NearestMean),
        ("joint, nearest mean (mean)", o => o.Strategy = SelectionStrategy.NearestMeanOfAll),
        ("joint, k-centre", o => o.Strategy = SelectionStrategy.KCenter),
        ("joint, transport", o => o.Strategy = SelectionStrategy.Transport),
        ("joint, random rows", o => (o.Level, o.Strategy) = (SelectionLevel.Rows, SelectionStrategy.Random)),
        ("joint, nearest rows (min)", o => (o.Level, o.Strategy) = (SelectionLevel.Rows, SelectionStrategy.NearestMean)),
        ("joint, transport of rows", o => o.Level = SelectionLevel.Rows),
        ("joint, transport of rows, class-blind", o => (o.Level, o.ClassAware) = (SelectionLevel.Rows, false)),
    ];

    public static void Run(string[] args)
    {
        string data = DataFolder.Find(args);
        int seeds = Measure.Number(args, "--seeds", 5), perClass = Measure.Number(args, "--source-rows", 300), steps = Measure.Number(args, "--steps", 300);
        int[] sizes = [.. Options.Get(args, "--sizes", "5,20,50").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        double lambda = double.Parse(Options.Get(args, "--lambda", "0.3"), CultureInfo.InvariantCulture);
        string only = Options.Get(args, "--only", ""); // a part of strategies' names
        void Tune(NeuralNetworkOptions o)
        {
            if (Options.Get(args, "--learning-rate", null) is { } rate)
                o.LearningRate = double.Parse(rate, CultureInfo.InvariantCulture);
            if (Options.Get(args, "--head-factor", null) is { } factor)
                o.HeadLearningRateFactor = double.Parse(factor, CultureInfo.InvariantCulture);
            if (args.Contains("--sgd"))
                (o.Optimizer, o.Regularization) = (Optimizer.Sgd(), [Regularizer.WeightDecay(1e-4)]);
        }

        var trials = Enumerable.Range(1, seeds).Select(seed => new Trial(data, perClass, steps, lambda, seed, Tune, only)).ToList();
        List<NamedPixelRow> train = DigitPictures.OpticalDigits(data, "train"), test = DigitPictures.OpticalDigits(data, "test");
        foreach (string[] digits in new[] { [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))], Three })
            foreach (int size in sizes)
                Table(trials, train, test, digits, size);
    }

    private static void Table(List<Trial> trials, List<NamedPixelRow> train, List<NamedPixelRow> test, string[] digits, int size)
    {
        var results = new Dictionary<string, List<Outcome>>();
        foreach (Trial trial in trials)
            foreach ((string name, Outcome outcome) in trial.Run(train, test, digits, size))
            {
                if (!results.TryGetValue(name, out List<Outcome>? list))
                    results[name] = list = [];
                list.Add(outcome);
            }

        Console.WriteLine($"\nTarget: digits {string.Join(' ', digits)}, {size} rows each; {trials.Count} seeds; K = {digits.Length} classes, or as many rows as the K classes have");
        Console.WriteLine("| strategy | target accuracy, mean (range) | difference to fine-tuned, points (95 % interval, paired t) | sensible of chosen | s for selection and fit |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        double[] reference = [.. results["fine-tuned"].Select(outcome => outcome.Accuracy)];
        foreach ((string name, List<Outcome> outcomes) in results)
        {
            double[] accuracy = [.. outcomes.Select(outcome => outcome.Accuracy)];
            (double mean, double half) = Paired(accuracy, reference);
            string difference = name == "fine-tuned" ? "" : FormattableString.Invariant($"{100 * mean:+0.0;-0.0;0.0} (±{100 * half:f1})");
            Console.WriteLine(FormattableString.Invariant(
                $"| {name} | {accuracy.Average():f3} ({accuracy.Min():f3}-{accuracy.Max():f3}) | {difference} | {(double.IsNaN(outcomes[0].Sensible) ? "" : outcomes.Average(outcome => outcome.Sensible).ToString("p0", CultureInfo.InvariantCulture))} | {Measure.Median(outcomes.Select(outcome => outcome.Seconds)):f1} |"));
        }
    }

    // Student's t for 95 %, two-sided, by degrees of freedom from 1.
    private static (double Mean, double HalfWidth) Paired(double[] a, double[] b)
    {
        double[] quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
        double[] differences = [.. a.Zip(b, (x, y) => x - y)];
        double mean = differences.Average();
        if (differences.Length < 2)
            return (mean, double.NaN);
        double deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1));
        return (mean, quantiles[Math.Min(quantiles.Length, differences.Length - 1) - 1] * deviation / Math.Sqrt(differences.Length));
    }

    private sealed record Outcome(double Accuracy, double Sensible, double Seconds);

    /// <summary>One seed: its source rows, the net trained on them, and what becomes of a target.</summary>
    private sealed class Trial
    {
        private readonly MLContext _ml;
        private readonly int _seed;
        private readonly int _steps;
        private readonly double _lambda;
        private readonly IDataView _source;
        private readonly ITransformer _pretrained;
        private readonly Action<NeuralNetworkOptions> _tune;
        private readonly string _only;

        public Trial(string data, int perClass, int steps, double lambda, int seed, Action<NeuralNetworkOptions> tune, string only)
        {
            (_tune, _only) = (tune, only);
            (_ml, _seed, _steps, _lambda) = (new MLContext(seed), seed, steps, lambda);
            var random = new Random(seed);
            List<NamedPixelRow> rows = DigitPictures.Source(data, 3 * perClass);
            NamedPixelRow[] drawn = [.. rows.GroupBy(row => row.Class).SelectMany(group => group.OrderBy(_ => random.Next()).Take(perClass)).OrderBy(_ => random.Next())];
            _source = Keyed(drawn);
            _pretrained = _ml.MulticlassClassification.Trainers.NeuralNetwork(Settings(o => (o.Epochs, o.BatchSize) = (8, 64))).Fit(_source);
        }

        public IEnumerable<(string, Outcome)> Run(List<NamedPixelRow> train, List<NamedPixelRow> test, string[] digits, int size)
        {
            var random = new Random(1000 + _seed);
            NamedPixelRow[] rows = [.. digits.SelectMany(digit => train.Where(row => row.Class == digit).OrderBy(_ => random.Next()).Take(size))];
            IDataView target = Keyed(rows), unseen = Keyed([.. test.Where(row => digits.Contains(row.Class))]);
            yield return ("from scratch", Fit(target, unseen, null, fresh: true));
            yield return ("fine-tuned", Fit(target, unseen, null));
            NetworkEmbeddingTransformer embedding = _ml.Transforms.NetworkEmbedding("Embedding", _pretrained).Fit(_source);
            foreach ((string name, Action<PretrainingSelectionOptions>? choose) in Selections)
            {
                if (!name.Contains(_only, StringComparison.Ordinal))
                    continue;
                long start = Stopwatch.GetTimestamp();
                var options = new PretrainingSelectionOptions { EmbeddingColumnName = "Embedding", Seed = _seed, Budget = SelectionBudget.Count(digits.Length) };
                choose!(options);
                long perClass = (_source.GetRowCount() ?? 0) / 20;
                if (options.Level == SelectionLevel.Rows)
                    options.Budget = SelectionBudget.Count((int)(digits.Length * perClass));
                PretrainingSelectionTransformer stage = _ml.Transforms.SelectPretrainingData(embedding.Transform(target), options).Fit(embedding.Transform(_source));
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                Outcome fit = Fit(target, unseen, new PretrainingData(stage.Select(embedding.Transform(_source))) { Lambda = _lambda });
                double sensible = stage.Report.Classes.Where(line => digits.Contains(line.Name.Replace("mnist ", "", StringComparison.Ordinal))).Sum(line => line.SelectedRows);
                yield return (name, fit with { Sensible = sensible / stage.Report.SelectedRows, Seconds = fit.Seconds + seconds });
            }

            IDataView all = _source;
            if ("joint, all rows by consistency".Contains(_only, StringComparison.Ordinal))
                yield return ("joint, all rows by consistency", Fit(target, unseen, new PretrainingData(all) { Lambda = _lambda, Loss = PretrainingLoss.Consistency() }));
        }

        private Outcome Fit(IDataView target, IDataView unseen, PretrainingData? pretraining, bool fresh = false)
        {
            long start = Stopwatch.GetTimestamp();
            int rows = (int)target.GetRowCount()!.Value, batch = Math.Min(16, rows);
            NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(Settings(o =>
            {
                (o.BatchSize, o.Epochs) = (batch, (int)Math.Ceiling(_steps / Math.Ceiling((double)rows / batch)));
                (o.InitialModel, o.PretrainingData) = (fresh ? null : _pretrained, pretraining);
                if (!fresh)
                    _tune(o);
            })).Fit(target);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new Outcome(_ml.MulticlassClassification.Evaluate(model.Transform(unseen)).MicroAccuracy, double.NaN, seconds);
        }

        private NeuralNetworkOptions Settings(Action<NeuralNetworkOptions> change)
        {
            var options = new NeuralNetworkOptions
            {
                Architecture = Architecture.Mlp([128, 64], normalization: Normalization.Batch),
                Seed = _seed,
                Threads = ThreadPolicy.Fixed(1),
                ValidationFraction = 0,
                Telemetry = false,
            };
            change(options);
            return options;
        }

        private IDataView Keyed(NamedPixelRow[] rows)
        {
            IDataView view = _ml.Data.LoadFromEnumerable(rows);
            return _ml.Transforms.Conversion.MapValueToKey("Label", "Class", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(view).Transform(view);
        }
    }
}
