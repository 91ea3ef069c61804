using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Training;

/// <summary>The default options on Fashion-MNIST (60,000 / 10,000), through a pipeline; and the whole fit against its inner loop.</summary>
internal static class FashionBenchmark
{
    private sealed class Row
    {
        [VectorType(784)]
        public float[] Features { get; set; } = [];

        public uint Class { get; set; }
    }

    public static void Run(string[] args)
    {
        string folder = Path.Combine(DataFolder.Find(args), Options.Get(args, "--set", "fashion-mnist"));
        int seeds = int.Parse(Options.Get(args, "--seeds", "3"), CultureInfo.InvariantCulture);
        int epochs = int.Parse(Options.Get(args, "--epochs", "10"), CultureInfo.InvariantCulture);
        var ml = new MLContext(1);
        IDataView train = Load(ml, folder, "train");
        IDataView test = Load(ml, folder, "t10k");
        Console.WriteLine("| seed | epochs | accuracy | log-loss | ECE | fit, s | inner loop, s | fit / inner loop |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (int seed = 1; seed <= seeds; seed++)
        {
            var options = new NeuralNetworkOptions { Seed = seed, Epochs = epochs };
            long start = Stopwatch.GetTimestamp();
            NeuralNetworkTransformer model = ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(train);
            double fit = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double inner = model.Report.Epochs.Sum(epoch => epoch.Seconds);
            IDataView scored = model.Transform(test);
            MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(scored);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {seed} | {model.Report.Epochs.Count} | {metrics.MicroAccuracy:f4} | {metrics.LogLoss:f4} | {Calibration.Error(scored):f3} | {fit:f2} | {inner:f2} | {fit / inner:f3} |"));
        }
    }

    private static IDataView Load(MLContext ml, string folder, string part)
    {
        (float[] pixels, float[] labels) = IdxFiles.Read(folder, part);
        Row[] rows = [.. labels.Select((label, i) => new Row { Features = pixels.AsSpan(i * 784, 784).ToArray(), Class = (uint)label })];
        IDataView view = ml.Data.LoadFromEnumerable(rows);
        return ml.Data.Cache(ml.Transforms.Conversion.MapValueToKey("Label", "Class", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(view).Transform(view), "Features", "Label");
    }
}
