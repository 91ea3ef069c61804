using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>
/// Test accuracy of a CIFAR residual net per way of regularisation: SGD with Nesterov momentum, one-cycle learning rate, light augmentation. One line for each finished run.
/// Options: --methods none,decay,wrs,weissi,sgdp,adamp --seeds 3 --first-seed 1 --epochs 15 --rate 0.1 --adamp-rate 0.003 --precision Float32 --augmentation light --threads N --depth 20.
/// </summary>
internal static class CifarBenchmark
{
    public static void Run(string[] args)
    {
        string folder = Path.Combine(DataFolder.Find(args), "cifar10");
        int epochs = Measure.Number(args, "--epochs", 15);
        int first = Measure.Number(args, "--first-seed", 1);
        int seeds = Measure.Number(args, "--seeds", 3);
        int threads = Measure.Number(args, "--threads", 1);
        int depth = Measure.Number(args, "--depth", 20);
        double rate = double.Parse(Options.Get(args, "--rate", "0.1"), CultureInfo.InvariantCulture);
        Precision precision = Enum.Parse<Precision>(Options.Get(args, "--precision", "Float32"));
        Augmentation? augmentation = Options.Get(args, "--augmentation", "light") switch { "light" => Augmentation.Light, "strong" => Augmentation.Strong, _ => null };
        double adamPRate = double.Parse(Options.Get(args, "--adamp-rate", "0.003"), CultureInfo.InvariantCulture);
        string[] methods = Options.Get(args, "--methods", "none,decay,wrs,weissi,sgdp,adamp").Split(',');
        var ml = new MLContext(1);
        IDataView train = ml.Data.Cache(CifarFiles.Load(ml, Path.Combine(folder, "data_batch_1.bin.gz")), "Features", "Label");
        IDataView test = CifarFiles.Load(ml, Path.Combine(folder, "test_batch.bin.gz"));
        Console.WriteLine("| method | seed | epochs | precision | test accuracy | test log-loss | training loss | fit, s | images/s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (int seed = first; seed < first + seeds; seed++)
            foreach (string method in methods)
            {
                long start = Stopwatch.GetTimestamp();
                NeuralNetworkTransformer model = ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
                {
                    Architecture = Architecture.CifarResNet(depth),
                    Epochs = epochs,
                    BatchSize = 128,
                    Optimizer = OptimizerOf(method),
                    LearningRate = method == "adamp" ? adamPRate : rate,
                    LearningRateSchedule = LearningRateSchedule.OneCycle(),
                    Regularization = RegularizationOf(method),
                    Precision = precision,
                    Augmentation = augmentation,
                    Telemetry = false,
                    ValidationFraction = 0,
                    Threads = ThreadPolicy.Fixed(threads),
                    Seed = seed,
                }).Fit(train);
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {method} | {seed} | {epochs} | {precision} | {metrics.MicroAccuracy:f4} | {metrics.LogLoss:f4} | {model.Report.Epochs[^1].TrainingLoss:f4} | {seconds:f0} | {model.Report.Epochs.Average(epoch => epoch.RowsPerSecond):f0} |"));
            }
    }

    private static Optimizer OptimizerOf(string method) => method switch
    {
        "sgdp" => Optimizer.SgdP(weightDecay: 5e-4),
        "adamp" => Optimizer.AdamP(weightDecay: 0.01),
        _ => Optimizer.Sgd(),
    };

    private static Regularizer[] RegularizationOf(string method) => method switch
    {
        "none" or "sgdp" or "adamp" => [],
        "decay" => [Regularizer.WeightDecay(5e-4)],
        "wrs" => [Regularizer.WeightRescaling()],
        "weissi" => [Regularizer.ScaleShiftInvariant()],
        "wrs+weissi" => [Regularizer.WeightRescaling(), Regularizer.ScaleShiftInvariant()],
        _ => throw new ArgumentException($"No method {method}; there are none, decay, wrs, weissi, wrs+weissi, sgdp and adamp."),
    };
}
