using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Training;

/// <summary>Our untuned defaults beside ML.NET's trainers, with the same features and splits, in one run.</summary>
internal static class TabularBenchmark
{
    private sealed record Result(double First, double Second, double Third, double Fit, double Predict);

    public static void Run(string[] args)
    {
        string folder = DataFolder.Find(args);
        int seeds = int.Parse(Options.Get(args, "--seeds", "3"), CultureInfo.InvariantCulture);
        string? only = Options.Get(args, "--only", null);
        foreach (bool regression in new[] { false, true })
        {
            Console.WriteLine(regression
                ? "| data | trainer | RMSE | MAE | R² | fit, s | predict, s |"
                : "| data | trainer | accuracy | log-loss | ECE | fit, s | predict, s |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
            foreach (TabularSet set in TabularSet.All.Where(set => set.Regression == regression && (only is null || set.Name.Contains(only, StringComparison.OrdinalIgnoreCase))))
                RunSet(set, folder, seeds, args.Contains("--ours"));
            Console.WriteLine();
        }
    }

    private static void RunSet(TabularSet set, string folder, int seeds, bool oursOnly)
    {
        var results = new Dictionary<string, List<Result>>();
        for (int seed = 1; seed <= seeds; seed++)
        {
            var ml = new MLContext(seed);
            (IDataView train, IDataView test) = set.Load(ml, folder, seed);
            ITransformer features = set.Features(ml, train.Schema).Fit(train);
            IDataView trainRows = ml.Data.Cache(features.Transform(train), "Features", "Label");
            IDataView testRows = ml.Data.Cache(features.Transform(test), "Features", "Label");
            foreach ((string name, IEstimator<ITransformer> trainer) in Trainers(ml, set.Regression))
            {
                if (oursOnly && name != "NeuralNetwork (ours)")
                    continue;
                if (!results.TryGetValue(name, out List<Result>? list))
                    results[name] = list = [];
                list.Add(Measure(ml, set, trainer, trainRows, testRows));
            }
        }

        foreach ((string name, List<Result> list) in results)
        {
            double Median(Func<Result, double> value) => list.Select(value).Order().ElementAt(list.Count / 2);
            string format = set.Regression ? "g4" : "f3";
            Console.WriteLine(string.Join(" | ", ["| " + set.Name, name, Text(Median(r => r.First), format), Text(Median(r => r.Second), format),
                Text(Median(r => r.Third), "f3"), Text(Median(r => r.Fit), "f2"), Text(Median(r => r.Predict), "f2") + " |"]));
        }
    }

    private static IEnumerable<(string Name, IEstimator<ITransformer> Trainer)> Trainers(MLContext ml, bool regression)
    {
        if (regression)
        {
            yield return ("NeuralNetwork (ours)", ml.Regression.Trainers.NeuralNetwork());
            yield return ("LightGbm", ml.Regression.Trainers.LightGbm());
            yield return ("FastTree", ml.Regression.Trainers.FastTree());
            yield return ("Sdca", ml.Regression.Trainers.Sdca());
            yield break;
        }

        yield return ("NeuralNetwork (ours)", ml.MulticlassClassification.Trainers.NeuralNetwork());
        yield return ("LightGbm", ml.MulticlassClassification.Trainers.LightGbm());
        yield return ("LbfgsMaximumEntropy", ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        yield return ("SdcaMaximumEntropy", ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
    }

    private static Result Measure(MLContext ml, TabularSet set, IEstimator<ITransformer> trainer, IDataView train, IDataView test)
    {
        long start = Stopwatch.GetTimestamp();
        ITransformer model = trainer.Fit(train);
        double fit = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        IDataView scored = model.Transform(test);
        if (set.Regression)
        {
            RegressionMetrics metrics = ml.Regression.Evaluate(scored);
            return new Result(metrics.RootMeanSquaredError, metrics.MeanAbsoluteError, metrics.RSquared, fit, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        MulticlassClassificationMetrics classes = ml.MulticlassClassification.Evaluate(scored);
        double predict = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Result(classes.MicroAccuracy, classes.LogLoss, Calibration.Error(scored), fit, predict);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
