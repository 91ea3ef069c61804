using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MLExtensions.Benchmarks.AllFour;

/// <summary>One seed: its source, its few target rows, a net trained on the source, and what each method makes of them.</summary>
internal sealed class AllFourTrial : IDisposable
{
    public static readonly double[] Widths = [1, 0.5, 0.25];
    private const int Samples = 4;
    private const int Strangers = 1797; // as many as test rows

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlextensions-all-four-");
    private readonly MLContext _ml;
    private readonly int _seed;
    private readonly int _steps;
    private readonly string _data;
    private readonly IDataView _source;
    private readonly ITransformer _keys;
    private readonly IDataView _target;
    private readonly IDataView _validation;
    private readonly IDataView _test;
    private readonly IDataView[] _strangers;

    public AllFourTrial(string data, int sourceRows, int targetRows, int validationRows, int steps, int seed)
    {
        (_ml, _data, _seed, _steps) = (new MLContext(seed), data, seed, steps);
        var random = new Random(seed);
        NamedPixelRow[] source = [.. DigitPictures.Source(data, 3 * sourceRows).GroupBy(row => row.Class)
            .SelectMany(group => group.OrderBy(_ => random.Next()).Take(sourceRows)).OrderBy(_ => random.Next())];
        NamedPixelRow[][] digits = [.. DigitPictures.OpticalDigits(data, "train").GroupBy(row => row.Class).Select(group => group.OrderBy(_ => random.Next()).Take(targetRows + validationRows).ToArray())];
        IDataView target = _ml.Data.LoadFromEnumerable(digits.SelectMany(group => group.Take(targetRows)).ToArray());
        _keys = Keys(target);
        _target = _keys.Transform(target);
        _validation = _keys.Transform(_ml.Data.LoadFromEnumerable(digits.SelectMany(group => group.Skip(targetRows)).ToArray()));
        _test = _ml.Data.LoadFromEnumerable(DigitPictures.OpticalDigits(data, "test"));
        PixelRow[] clothes = PixelRow.Read(Path.Combine(data, "fashion-mnist"), "t10k", Strangers, seed);
        _strangers = [Nameless(clothes.Select(row => row.Features)), Nameless(GreyCifar.Read(data, Strangers))];
        IDataView all = _ml.Data.LoadFromEnumerable(source);
        _source = Keys(all).Transform(all);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>All methods on one kind of net.</summary>
    /// <param name="normalization">Of the net.</param>
    /// <param name="regularizer">WRS or WEISSI.</param>
    public IEnumerable<AllFourRow> Run(Normalization normalization, Regularizer regularizer)
    {
        string net = normalization == Normalization.Batch ? "batch norm" : "no norm", name = normalization == Normalization.Batch ? "WRS" : "WEISSI";
        Architecture recipe = Architecture.Mlp([128, 64], normalization: normalization);
        ITransformer pretrained = Plain(_source, recipe, null, options => (options.Epochs, options.BatchSize, options.ValidationSet, options.ValidationFraction) = (8, 64, null, 0));
        var rows = new List<AllFourRow>();
        rows.AddRange(Measured(net, "plain, from scratch", [1], () => Plain(_target, recipe, null, Steps)));
        rows.AddRange(Measured(net, "plain, fine-tuned", [1], () => Plain(_target, recipe, pretrained, Steps)));
        rows.AddRange(Measured(net, "nested, from scratch", Widths, () => Nested(recipe, null, null, [])));
        rows.AddRange(Measured(net, "nested, fine-tuned", Widths, () => Nested(recipe, pretrained, null, [])));
        rows.AddRange(Measured(net, $"all four, {name}", Widths, () => Nested(recipe, pretrained, new PretrainingData(Selected(pretrained)), [regularizer])));
        return rows;
    }

    private IEnumerable<AllFourRow> Measured(string net, string method, double[] widths, Func<ITransformer> fit)
    {
        long start = Stopwatch.GetTimestamp();
        ITransformer classifier = fit();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        ITransformer pipeline = _keys.Append(classifier).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(classifier.Transform(_target)));
        string path = Path.Combine(_folder.FullName, "model.zip");
        _ml.Model.Save(pipeline, _test.Schema, path);
        string[] fresh = FreshProcess.Hashes(path, _data, widths);
        bool plain = classifier is NeuralNetworkTransformer;
        double temperature = plain ? ScoreQuality.Temperature(classifier, _validation) : 1; // a nested net has its own, from the same rows
        for (int i = 0; i < widths.Length; i++)
        {
            ITransformer view = FreshProcess.AtWidth(pipeline, widths[i]);
            (MulticlassUncertaintyMetrics known, OutOfDistributionMetrics[] strangers) = ScoreQuality.Of(view, _test, _strangers, temperature);
            double[] quality = [known.Accuracy, known.NegativeLogLikelihood, known.ExpectedCalibrationError, .. strangers.Select(metrics => metrics.Auroc)];
            yield return new AllFourRow(net, method, widths[i], _seed, quality, seconds, new FileInfo(path).Length, FreshProcess.Hash(view, _test) == fresh[i]);
        }
    }

    private IDataView Selected(ITransformer pretrained)
    {
        NetworkEmbeddingTransformer embedding = _ml.Transforms.NetworkEmbedding("Embedding", pretrained).Fit(_source);
        var options = new PretrainingSelectionOptions { EmbeddingColumnName = "Embedding", Seed = _seed, Budget = SelectionBudget.Count(10) };
        IDataView embedded = embedding.Transform(_source);
        return _ml.Transforms.SelectPretrainingData(embedding.Transform(_target), options).Fit(embedded).Select(embedded);
    }

    private ITransformer Plain(IDataView rows, Architecture recipe, ITransformer? initial, Action<NetworkTrainerOptions> change)
    {
        var options = new NeuralNetworkOptions { Architecture = recipe, InitialModel = initial };
        Common(options);
        change(options);
        return _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(rows);
    }

    private ITransformer Nested(Architecture recipe, ITransformer? initial, PretrainingData? pretraining, IReadOnlyList<Regularizer> regularizers)
    {
        var options = new BayesianNestedNetworkOptions { Architecture = recipe, InitialModel = initial, PretrainingData = pretraining, Regularization = regularizers, Samples = Samples };
        Common(options);
        Steps(options);
        return _ml.MulticlassClassification.Trainers.BayesianNestedNetwork(options).Fit(_target);
    }

    private void Common(NetworkTrainerOptions options) =>
        (options.Seed, options.Threads, options.Telemetry, options.ValidationSet) = (_seed, ThreadPolicy.Fixed(1), false, _validation);

    private void Steps(NetworkTrainerOptions options)
    {
        options.BatchSize = 16;
        options.Epochs = (int)Math.Ceiling(_steps / Math.Ceiling(_target.GetRowCount()!.Value / 16.0));
    }

    // The saved pipeline reads a class, which strangers do not have.
    private IDataView Nameless(IEnumerable<float[]> pictures) => _ml.Data.LoadFromEnumerable(pictures.Select(picture => new NamedPixelRow { Features = picture, Class = "0" }).ToArray());

    private ITransformer Keys(IDataView rows) => _ml.Transforms.Conversion.MapValueToKey("Label", "Class", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows);
}
