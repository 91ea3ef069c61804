using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MLExtensions.Benchmarks.Regularization;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Benchmarks.Robustness;

/// <summary>
/// WEISSI against weight decay, no regulariser and adversarial training: test accuracy, accuracy under PGD, input gradient and intrinsic norm on MNIST and Fashion-MNIST for
/// training sets of several sizes. Coefficients are chosen on validation rows with two seeds of their own, in two ways: the best accuracy, and the strongest coefficient that
/// loses at most half a point against the plain net (equal clean accuracy); stronger ones are tried until one loses more. Where the weakest loses more, it is used
/// and labelled so. The table is of five other seeds, the same for all methods.
/// Options: --sets mnist,fashion-mnist --rows 100,500,1000,5000 --seeds 5 --workers 2 --results FILE (an interrupted run goes on).
/// </summary>
internal static class WeissiRobustnessBenchmark
{
    private const double AllowedLoss = 0.005;
    private const string NoneKept = "none kept accuracy";
    private static readonly int[] ChoiceSeeds = [101, 102];
    private static readonly string[] Names = ["clean", .. RobustFit.Epsilons.Select(epsilon => $"PGD {epsilon.ToString(CultureInfo.InvariantCulture)}"), "gradient", "log N"];

    public static void Run(string[] args)
    {
        NativeTorch.EnsureLoaded();
        int seeds = Measure.Number(args, "--seeds", 5);
        int workers = Measure.Number(args, "--workers", Environment.ProcessorCount);
        int[] sizes = [.. Options.Get(args, "--rows", "100,500,1000,5000").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        using IDisposable threads = TorchThreads.Use(1);
        using IDisposable allocator = Allocator.KeepMemory();
        var results = new GridResults(Options.Get(args, "--results", null));
        long start = Stopwatch.GetTimestamp();
        foreach (string set in Options.Get(args, "--sets", "mnist,fashion-mnist").Split(','))
        {
            var fit = new RobustFit(Path.Combine(DataFolder.Find(args), set));
            foreach (int rows in sizes)
            {
                var cell = new Cell(set, rows, results);
                for (int i = 0; RobustMethod.All.Any(method => cell.IsOpen(method, i)); i++)
                    ForAll(workers, from method in RobustMethod.All where cell.IsOpen(method, i) from seed in ChoiceSeeds select (method, method.Coefficients[i], (long)seed), job =>
                        cell.Once(job, "validation", () => fit.ValidationAccuracy(job.Method, job.Coefficient, rows, job.Seed)));
                ForAll(workers, from method in RobustMethod.All from coefficient in cell.Chosen(method) from seed in Enumerable.Range(1, seeds) select (method, coefficient, (long)seed), job =>
                    cell.Once(job, Names, () => fit.Measure(job.Method, job.Coefficient, rows, job.Seed)));
                cell.Print(seeds);
                Console.WriteLine(FormattableString.Invariant($"\n{Stopwatch.GetElapsedTime(start).TotalSeconds:f0} s so far"));
            }
        }
    }

    private static void ForAll(int workers, IEnumerable<(RobustMethod Method, double Coefficient, long Seed)> jobs, Action<(RobustMethod Method, double Coefficient, long Seed)> run) =>
        Parallel.ForEach(Partitioner.Create([.. jobs], EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = workers }, run);

    /// <summary>One data set and size.</summary>
    private sealed class Cell(string set, int rows, GridResults results)
    {
        public void Once((RobustMethod Method, double Coefficient, long Seed) job, string name, Func<double> measure) => Once(job, [name], () => [measure()]);

        public void Once((RobustMethod Method, double Coefficient, long Seed) job, string[] names, Func<double[]> measure)
        {
            if (Array.TrueForAll(names, name => results.Has(Key(job.Method, job.Coefficient, job.Seed, name))))
                return;
            foreach ((string name, double value) in names.Zip(measure()))
                results.Add(Key(job.Method, job.Coefficient, job.Seed, name), value);
        }

        // Whether the coefficient of that number is still to be tried: all before it were good enough.
        public bool IsOpen(RobustMethod method, int number) =>
            number < method.Coefficients.Length && (number == 0 || (IsOpen(method, number - 1) && Validation(method, method.Coefficients[number - 1]) >= LeastAccuracy));

        public IEnumerable<double> Chosen(RobustMethod method) => new[] { Best(method), Strongest(method) }.Distinct();

        public void Print(int seeds)
        {
            Console.WriteLine($"\n{set}, {rows} training rows: mean of {seeds} seeds (standard deviation over seeds)\n");
            Console.WriteLine($"| method | chosen by | clean accuracy | {string.Join(" | ", RobustFit.Epsilons.Select(epsilon => FormattableString.Invariant($"PGD-20, ε {epsilon}")))} | mean ‖∂l/∂x‖ | log N |");
            Console.WriteLine($"| --- | --- | --- |{string.Concat(RobustFit.Epsilons.Select(_ => " --- |"))} --- | --- |");
            foreach (RobustMethod method in RobustMethod.All)
                foreach (double coefficient in Chosen(method))
                    Console.WriteLine($"| {method.Name}{(method.Symbol == "" ? "" : FormattableString.Invariant($", {method.Symbol} = {coefficient}"))} | {Reason(method, coefficient)} | "
                        + $"{string.Join(" | ", Names.Select(name => Text(Values(method, coefficient, name, seeds))))} |");
            Console.WriteLine("\nWEISSI − other, points (p of the paired t-test, p of sign flips), coefficients chosen for equal clean accuracy:\n");
            Console.WriteLine($"| other | clean | {string.Join(" | ", RobustFit.Epsilons.Select(epsilon => FormattableString.Invariant($"ε {epsilon}")))} |");
            Console.WriteLine($"| --- | --- |{string.Concat(RobustFit.Epsilons.Select(_ => " --- |"))}");
            RobustMethod weissi = RobustMethod.All.Single(method => method.Name == "WEISSI");
            foreach (RobustMethod method in RobustMethod.All.Where(method => method != weissi))
                Console.WriteLine($"| {method.Name}{(KeptAccuracy(method) ? "" : $" ({NoneKept})")} | {string.Join(" | ", Names[..^2].Select(name => Difference(weissi, method, name, seeds)))} |");
        }

        private string Reason(RobustMethod method, double coefficient) => method.Coefficients.Length == 1 ? ""
            : !KeptAccuracy(method) ? NoneKept
            : Best(method) == Strongest(method) ? "both" : coefficient == Best(method) ? "best validation accuracy" : "equal clean accuracy";

        private double LeastAccuracy => Validation(RobustMethod.All[0], 0) - AllowedLoss;

        private IEnumerable<double> Tried(RobustMethod method) => method.Coefficients.TakeWhile((_, i) => IsOpen(method, i));

        private double Best(RobustMethod method) => Tried(method).MaxBy(coefficient => Validation(method, coefficient));

        // Without it the weakest coefficient stands in for the strongest that kept accuracy.
        private bool KeptAccuracy(RobustMethod method) => Validation(method, method.Coefficients[0]) >= LeastAccuracy;

        private double Strongest(RobustMethod method) => Tried(method).LastOrDefault(coefficient => Validation(method, coefficient) >= LeastAccuracy, method.Coefficients[0]);

        private double Validation(RobustMethod method, double coefficient) => ChoiceSeeds.Average(seed => results[Key(method, coefficient, seed, "validation")]);

        private double[] Values(RobustMethod method, double coefficient, string name, int seeds) =>
            [.. Enumerable.Range(1, seeds).Select(seed => results[Key(method, coefficient, seed, name)])];

        private string Difference(RobustMethod weissi, RobustMethod other, string name, int seeds)
        {
            double[] differences = [.. Values(weissi, Strongest(weissi), name, seeds).Zip(Values(other, Strongest(other), name, seeds), (a, b) => 100 * (a - b))];
            return FormattableString.Invariant($"{differences.Average():+0.0;-0.0;0.0} ({PairedTest.Student(differences):f4}, {PairedTest.SignFlip(differences):f4})");
        }

        private string Key(RobustMethod method, double coefficient, long seed, string name) =>
            string.Create(CultureInfo.InvariantCulture, $"{set};{rows};{method.Name};{coefficient};{seed};{name}");

        private static string Text(double[] values)
        {
            double mean = values.Average();
            double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1));
            return FormattableString.Invariant($"{mean:f3} ({deviation:f3})");
        }
    }
}
