using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Convolution;

namespace MLExtensions.Benchmarks.Images;

/// <summary>
/// 600 pictures of clothing (10 classes, 120 for testing): a net from random weights against the same net that starts from weights trained on the CIFAR-10
/// subset, saved and loaded as safetensors. Options: --seeds 5 --epochs 40 --source-epochs 10 --net small|cifar-resnet20 --augment none|light|strong
/// --precision Float32|BFloat16 --threads N --weights FILE.
/// </summary>
internal static class ClothingBenchmark
{
    public static void Run(string[] args)
    {
        string data = DataFolder.Find(args);
        int seeds = Measure.Number(args, "--seeds", 5), epochs = Measure.Number(args, "--epochs", 40), sourceEpochs = Measure.Number(args, "--source-epochs", 10);
        ThreadPolicy threads = ThreadPolicy.Fixed(Measure.Number(args, "--threads", 1));
        Architecture net = Options.Get(args, "--net", "small") == "small" ? Architecture.ConvNet([[16], [32], [64]]) : Architecture.CifarResNet();
        Augmentation? augmentation = AugmentationOf(Options.Get(args, "--augment", "light"));
        Precision precision = Enum.Parse<Precision>(Options.Get(args, "--precision", "Float32"));
        var ml = new MLContext(1);
        string weights = Options.Get(args, "--weights", Path.Combine(Path.GetTempPath(), $"cifar-{Guid.NewGuid():n}.safetensors"));
        if (!File.Exists(weights))
            TrainSource(ml, data, net, augmentation, sourceEpochs, precision, threads, weights);
        IDataView train = Pixels(ml, Path.Combine(data, "clothing-folder", "train")), test = Pixels(ml, Path.Combine(data, "clothing-folder", "test"));
        Console.WriteLine($"{net}, 32 x 32, {epochs} epochs, augmentation {Options.Get(args, "--augment", "light")}, {precision}");
        Console.WriteLine("| start | seed | test accuracy | test log-loss |");
        Console.WriteLine("| --- | --- | --- | --- |");
        var all = new Dictionary<string, List<double>> { ["random"] = [], ["CIFAR subset"] = [] };
        for (int seed = 1; seed <= seeds; seed++)
            foreach ((string start, List<double> accuracies) in all)
            {
                NeuralNetworkTransformer model = ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
                {
                    Architecture = net,
                    InitialWeights = start == "random" ? null : weights,
                    Augmentation = augmentation,
                    Precision = precision,
                    Epochs = epochs,
                    BatchSize = 32,
                    ValidationFraction = 0,
                    Threads = threads,
                    Seed = seed,
                }).Fit(train);
                MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
                accuracies.Add(metrics.MicroAccuracy);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {start} | {seed} | {metrics.MicroAccuracy:f4} | {metrics.LogLoss:f4} |"));
            }

        foreach ((string start, List<double> accuracies) in all)
        {
            double mean = accuracies.Average(), deviation = Math.Sqrt(accuracies.Sum(a => (a - mean) * (a - mean)) / Math.Max(1, accuracies.Count - 1));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{start}: {mean:f3} ± {deviation:f3} (standard deviation over {accuracies.Count} seeds)"));
        }
    }

    private static void TrainSource(MLContext ml, string data, Architecture net, Augmentation? augmentation, int epochs, Precision precision, ThreadPolicy threads, string weights)
    {
        IDataView train = ml.Data.Cache(CifarFiles.Load(ml, Path.Combine(data, "cifar10", "data_batch_1.bin.gz")), "Features", "Label");
        NeuralNetworkTransformer model = ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            Architecture = net,
            Augmentation = augmentation,
            Precision = precision,
            Epochs = epochs,
            BatchSize = 128,
            ValidationFraction = 0,
            Threads = threads,
            Seed = 1,
        }).Fit(train);
        model.SaveWeights(weights);
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(CifarFiles.Load(ml, Path.Combine(data, "cifar10", "test_batch.bin.gz"))));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Source: CIFAR-10 subset, {epochs} epochs, test accuracy {metrics.MicroAccuracy:f4}; weights in {weights}"));
    }

    // Decoded once and kept: the runs differ in what they start from only.
    private static IDataView Pixels(MLContext ml, string folder)
    {
        ImageFolderView view = ml.Data.LoadImageFolder(folder);
        return ml.Data.Cache(
            ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
                .Append(ml.Transforms.ImagePixels("Features", "ImagePath", 32, 32)).Fit(view).Transform(view), "Features", "Label");
    }

    private static Augmentation? AugmentationOf(string name) => name switch
    {
        "none" => null,
        "light" => Augmentation.Light,
        "strong" => Augmentation.Strong,
        _ => throw new ArgumentException($"No augmentation {name}; there are none, light and strong."),
    };
}
