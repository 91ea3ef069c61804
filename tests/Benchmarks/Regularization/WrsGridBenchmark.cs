using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Benchmarks.Regularization;

/// <summary>
/// Is weight rescaling robust to tuning? Test accuracy over grids of learning rate and coefficient, for several ways to regularise a batch-norm net;
/// Fashion-MNIST, 10,000 training rows, MLP 784-128-64-10, or a convolutional net. Options: --net mlp|conv, --seeds 5, --epochs 10, --rows 10000, --workers 2, --results FILE (an interrupted run goes on).
/// </summary>
internal static class WrsGridBenchmark
{
    private sealed record Cell(bool Adam, GridMethod Method, double LearningRate, double Coefficient, int Seed)
    {
        public string Key => string.Create(CultureInfo.InvariantCulture, $"{(Adam ? "adam" : "sgd")};{Method.Name};{LearningRate};{Coefficient};{Seed}");
    }

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        int seeds = Measure.Number(args, "--seeds", 5);
        bool conv = Options.Get(args, "--net", "mlp") == "conv";
        int epochs = Measure.Number(args, "--epochs", 10);
        using IDisposable threads = TorchThreads.Use(1);
        using IDisposable allocator = Allocator.KeepMemory();
        using var fit = new SubsetFit(Path.Combine(DataFolder.Find(args), Options.Get(args, "--set", "fashion-mnist")), Measure.Number(args, "--rows", 10_000));
        var results = new GridResults(Options.Get(args, "--results", null));
        Cell[] cells = [.. from seed in Enumerable.Range(1, seeds) from adam in new[] { false, true } from method in GridMethod.For(adam, conv)
                           from rate in GridMethod.LearningRates(adam, conv) from coefficient in method.Coefficients select new Cell(adam, method, rate, coefficient, seed)];
        long start = Stopwatch.GetTimestamp();
        Parallel.ForEach(Partitioner.Create(cells, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Measure.Number(args, "--workers", Environment.ProcessorCount) }, cell =>
        {
            if (results.Has(cell.Key))
                return;
            Architecture recipe = conv ? Architecture.ConvNet([[8], [16]]) : Architecture.Mlp([128, 64], normalization: Normalization.Batch, weightStandardization: cell.Method.Standardized);
            results.Add(cell.Key, fit.Accuracy(recipe, cell.Method.Optimizer(cell.Coefficient), cell.LearningRate, cell.Method.Regularizers(cell.Coefficient), epochs, cell.Seed));
        });
        Console.WriteLine(FormattableString.Invariant($"{cells.Length} fits in {Stopwatch.GetElapsedTime(start).TotalSeconds:f0} s"));
        foreach (bool adam in new[] { false, true })
        {
            Summary(adam, GridMethod.For(adam, conv), GridMethod.LearningRates(adam, conv), seeds, results);
            BestPerRate(adam, GridMethod.For(adam, conv), GridMethod.LearningRates(adam, conv), seeds, results);
        }
    }

    private static void Summary(bool adam, IReadOnlyList<GridMethod> methods, double[] rates, int seeds, GridResults results)
    {
        Console.WriteLine($"\n{(adam ? "Adam" : "SGD, momentum 0.9")}: accuracy over the grid, mean of {seeds} seeds (standard deviation over seeds)\n");
        Console.WriteLine("| method | cells | best | median | worst | median: WRS − method, points (p of t, p of sign flips) | worst: WRS − method, points (p of t, p of sign flips) |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        double[] Accuracies(GridMethod method, int seed) =>
            [.. from rate in rates from coefficient in method.Coefficients select results[new Cell(adam, method, rate, coefficient, seed).Key]];
        double[] Over(GridMethod method, Func<double[], double> of) => [.. Enumerable.Range(1, seeds).Select(seed => of(Accuracies(method, seed)))];
        foreach (GridMethod method in methods)
        {
            int count = rates.Length * method.Coefficients.Length;
            Console.WriteLine($"| {method.Name} | {count} | {Text(Over(method, Enumerable.Max))} | {Text(Over(method, Median))} | {Text(Over(method, Enumerable.Min))} "
                + $"| {Against(Median)} | {Against(Enumerable.Min)} |");

            string Against(Func<double[], double> of)
            {
                if (method == methods[^1] || seeds < 2)
                    return "";
                double[] differences = [.. Over(methods[^1], of).Zip(Over(method, of), (a, b) => 100 * (a - b))];
                return FormattableString.Invariant($"{differences.Average():+0.00;-0.00} ({PairedTest.Student(differences):f4}, {PairedTest.SignFlip(differences):f4})");
            }
        }
    }

    private static void BestPerRate(bool adam, IReadOnlyList<GridMethod> methods, double[] rates, int seeds, GridResults results)
    {
        Console.WriteLine($"\n{(adam ? "Adam" : "SGD, momentum 0.9")}: each learning rate with its best and its worst coefficient, mean of {seeds} seeds\n");
        Console.WriteLine($"| method | {string.Join(" | ", rates.Select(rate => rate.ToString(CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"| --- |{string.Concat(rates.Select(_ => " --- |"))}");
        foreach (GridMethod method in methods)
            Console.WriteLine($"| {method.Name} | {string.Join(" | ", rates.Select(rate =>
            {
                double[] means = [.. method.Coefficients.Select(coefficient => Enumerable.Range(1, seeds).Average(seed => results[new Cell(adam, method, rate, coefficient, seed).Key]))];
                return means.Length == 1 ? FormattableString.Invariant($"{means[0]:f4}") : FormattableString.Invariant($"{means.Max():f4} to {means.Min():f4}");
            }))} |");
    }

    // The mean of the middle two: grids of different sizes are compared.
    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double[] values)
    {
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1));
        return FormattableString.Invariant($"{mean:f4} ({deviation:f4})");
    }
}
