using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;

namespace MLExtensions.Benchmarks;

internal static class NestedTryBenchmark
{
    public static void Run(string[] args)
    {
        string data = DataFolder.Find(args);
        var ml = new MLContext(1);
        int rows = Measure.Number(args, "--rows", 10000);
        string set = Options.Get(args, "--set", "mnist");
        IDataView train = PixelRow.View(ml, PixelRow.Read(Path.Combine(data, set), "train", rows, 1));
        IDataView test = PixelRow.View(ml, PixelRow.Read(Path.Combine(data, set), "t10k", 4000, 1));
        IDataView strangers = PixelRow.View(ml, PixelRow.Read(Path.Combine(data, set == "mnist" ? "fashion-mnist" : "mnist"), "t10k", 4000, 1));
        double D(string n, double f) => double.Parse(Options.Get(args, n, f.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        var norm = Options.Get(args, "--norm", "batch") == "batch" ? Normalization.Batch : Normalization.None;
        var options = new BayesianNestedNetworkOptions
        {
            Seed = 1, Epochs = Measure.Number(args, "--epochs", 10), Threads = ThreadPolicy.Fixed(1), Telemetry = false,
            Architecture = Architecture.Mlp([256, 128], normalization: norm),
            KlWeight = D("--kl", 1), SumWeightKl = Options.Get(args, "--sum", "no") == "yes", InitialLogAlpha = D("--alpha", -3),
            Ordering = Enum.Parse<NestedOrdering>(Options.Get(args, "--order", "Learned")), Temperature = D("--tau", 2),
            InitialContinue = D("--continue", 0.95), PriorContinue = D("--prior", 0.95),
        };
        if (D("--decay", -1) >= 0)
            options.Optimizer = Optimizer.AdamW(weightDecay: D("--decay", -1));
        long start = Stopwatch.GetTimestamp();
        BayesianNestedTransformer model = ml.MulticlassClassification.Trainers.BayesianNestedNetwork(options).Fit(train);
        Console.WriteLine($"fit {Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s, loop {model.Report.Epochs.Sum(e => e.Seconds):f1}, train loss {model.Report.Epochs[^1].TrainingLoss:f4} validation {model.Report.Epochs[^1].ValidationMetric:f4}");
        for (int l = 0; l < 2; l++)
            if (model.Model.Widths.Count > 1)
                Console.WriteLine($"layer {l}: " + string.Join(" ", model.Model.WidthProbabilities(l).Select(p => p.ToString("f3", CultureInfo.InvariantCulture))));
        foreach (string noise in new[] { "noise", "layers.0.noise", "head.noise" })
            if (noise != "noise")
                Console.WriteLine($"{noise}: mean log alpha {model.Model.Network.Parameter(noise).ToArray().Average():f3}");
        foreach (double width in new[] { 1, 0.5, 0.25, 0.125, 0.0625 })
            foreach (int samples in new[] { 0, 8 })
            {
                if (width < model.Model.Widths[0])
                    continue;
                BayesianNestedTransformer view = model.WithWidth(width);
                view = samples == 0 ? view.WithWeightNoise(false) : view.WithSamples(samples);
                MulticlassUncertaintyMetrics m = ml.MulticlassClassification.EvaluateUncertainty(view.Transform(test));
                OutOfDistributionMetrics o = ml.MulticlassClassification.EvaluateOutOfDistribution(view.Transform(test), view.Transform(strangers), featureColumnName: null);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"width {width} samples {samples}: acc {m.Accuracy:f4} nll {m.NegativeLogLikelihood:f4} ece {m.ExpectedCalibrationError:f4} auroc {o.Auroc:f4}"));
            }
    }
}
