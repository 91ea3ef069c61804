using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLExtensions.Benchmarks.Convolution;

namespace MLExtensions.Benchmarks.Images;

/// <summary>One seed of the evidence on photos: a net trained on the CIFAR-10 subset, and what becomes of a draw of the clothing pictures.</summary>
internal sealed class SelectionPicturesTrial
{
    private const int Batch = 32;

    // The order of the labels in the files.
    private static readonly string[] SourceClasses = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private static readonly (string Name, SelectionLevel Level, SelectionStrategy Strategy)[] Selections =
    [
        ("joint, all", SelectionLevel.Classes, SelectionStrategy.All),
        ("joint, random classes", SelectionLevel.Classes, SelectionStrategy.Random),
        ("joint, nearest mean", SelectionLevel.Classes, SelectionStrategy.NearestMean),
        ("joint, transport", SelectionLevel.Classes, SelectionStrategy.Transport),
        ("joint, random rows", SelectionLevel.Rows, SelectionStrategy.Random),
        ("joint, nearest rows", SelectionLevel.Rows, SelectionStrategy.NearestMean),
        ("joint, transport of rows", SelectionLevel.Rows, SelectionStrategy.Transport),
    ];

    private readonly MLContext _ml;
    private readonly int _seed;
    private readonly IDataView _source;
    private readonly ITransformer _pretrained;
    private readonly List<Picture> _clothes = [];

    public SelectionPicturesTrial(string data, int seed, int epochs)
    {
        (_ml, _seed) = (new MLContext(seed), seed);
        IDataView pictures = CifarFiles.Load(_ml, Path.Combine(data, "cifar10", "data_batch_1.bin.gz"));
        long start = Stopwatch.GetTimestamp();
        _pretrained = _ml.MulticlassClassification.Trainers.NeuralNetwork(Settings(options => (options.Epochs, options.BatchSize) = (epochs, 128))).Fit(pictures);
        PretrainingSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        SourceAccuracy = _ml.MulticlassClassification.Evaluate(_pretrained.Transform(CifarFiles.Load(_ml, Path.Combine(data, "cifar10", "test_batch.bin.gz")))).MicroAccuracy;
        _source = _ml.Data.Cache(_ml.Transforms.NetworkEmbedding("Embedding", _pretrained).Fit(pictures).Transform(pictures), "Features", "Label", "Embedding");
        foreach (string part in new[] { "train", "test" })
        {
            ImageFolderView folder = _ml.Data.LoadImageFolder(Path.Combine(data, "clothing-folder", part));
            IDataView pixels = _ml.Transforms.ImagePixels("Features", "ImagePath", 32, 32).Fit(folder).Transform(folder);
            _clothes.AddRange(pixels.GetColumn<float[]>("Features").Zip(pixels.GetColumn<string>("Label"), (features, name) => new Picture { Features = features, Class = name }));
        }
    }

    /// <summary>K.</summary>
    public required int Classes { get; init; }

    public required int Steps { get; init; }

    public required double Lambda { get; init; }

    public double PretrainingSeconds { get; }

    public double SourceAccuracy { get; }

    public IEnumerable<(string Name, Outcome Outcome)> Run(int size)
    {
        var random = new Random(1000 + _seed);
        var shuffled = _clothes.GroupBy(picture => picture.Class).Select(group => group.OrderBy(_ => random.Next()).ToList()).ToList();
        IDataView target = Keyed(shuffled.SelectMany(group => group.Take(size))), unseen = Keyed(shuffled.SelectMany(group => group.Skip(size)));
        yield return ("from scratch", Fit(target, unseen, size, null, null));
        yield return ("fine-tuned", Fit(target, unseen, size, _pretrained, null));
        IDataView embedded = _ml.Transforms.NetworkEmbedding("Embedding", _pretrained).Fit(_source).Transform(target);
        foreach ((string name, SelectionLevel level, SelectionStrategy strategy) in Selections)
        {
            long start = Stopwatch.GetTimestamp();
            PretrainingSelectionTransformer stage = _ml.Transforms.SelectPretrainingData(embedded, new PretrainingSelectionOptions
            {
                EmbeddingColumnName = "Embedding",
                Level = level,
                Strategy = strategy,
                Budget = SelectionBudget.Share((double)Classes / SourceClasses.Length),
                Seed = _seed,
            }).Fit(_source);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Outcome fit = Fit(target, unseen, size, _pretrained, new PretrainingData(stage.Select(_source)) { Lambda = Lambda });
            yield return (name, fit with
            {
                Seconds = fit.Seconds + seconds,
                ByRows = level == SelectionLevel.Rows,
                Shares = stage.Report.Classes.ToDictionary(
                    line => SourceClasses[line.Index], line => level == SelectionLevel.Rows ? (double)line.SelectedRows / stage.Report.SelectedRows : line.IsSelected ? 1 : 0),
            });
        }
    }

    private Outcome Fit(IDataView target, IDataView unseen, int size, ITransformer? initial, PretrainingData? pretraining)
    {
        long start = Stopwatch.GetTimestamp();
        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(Settings(options =>
        {
            (options.BatchSize, options.Epochs) = (Batch, (int)Math.Ceiling(Steps / Math.Ceiling(10.0 * size / Batch)));
            (options.InitialModel, options.PretrainingData) = (initial, pretraining);
        })).Fit(target);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Outcome(_ml.MulticlassClassification.Evaluate(model.Transform(unseen)).MicroAccuracy, seconds);
    }

    private NeuralNetworkOptions Settings(Action<NeuralNetworkOptions> change)
    {
        var options = new NeuralNetworkOptions
        {
            Architecture = Architecture.ConvNet([[16], [32], [64]]),
            Augmentation = Augmentation.Light,
            Seed = _seed,
            Threads = ThreadPolicy.Fixed(1),
            ValidationFraction = 0,
            Telemetry = false,
        };
        change(options);
        return options;
    }

    private IDataView Keyed(IEnumerable<Picture> pictures)
    {
        IDataView view = _ml.Data.LoadFromEnumerable(pictures.ToArray());
        return _ml.Transforms.Conversion.MapValueToKey("Label", "Class", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(view).Transform(view);
    }

    /// <summary>What one way came to.</summary>
    internal sealed record Outcome(double Accuracy, double Seconds)
    {
        /// <summary>By source class: 1 when it was chosen, or its share of the chosen rows.</summary>
        public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

        public bool ByRows { get; init; }

        public string Chosen => string.Join(", ", Shares.Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value).Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:f2}")));
    }

    private sealed class Picture
    {
        [VectorType(3, 32, 32)]
        public float[] Features { get; set; } = [];

        public string Class { get; set; } = "";
    }
}
