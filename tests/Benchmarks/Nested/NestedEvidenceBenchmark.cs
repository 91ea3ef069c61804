using System.Globalization;

namespace MLExtensions.Benchmarks.Nested;

/// <summary>
/// What the paper claims, at this size: learned ordering against fixed and uniform ordering, separate variational nets for each width, and the plain net with temperature
/// scaling; MNIST with Fashion-MNIST as strangers and the reverse; few rows; --pictures cifar: a small convolutional net on the CIFAR-10 subset instead. Prints
/// every measurement as it comes, and tables in the end; --from FILE makes the tables of a log again; --seeds 5 and --first-seed 1 say which seeds, --method NAME fits one
/// method only (learned, fixed, uniform, separate, plain), --epochs 8 is for pictures.
/// </summary>
internal static class NestedEvidenceBenchmark
{
    public static void Run(string[] args)
    {
        if (Options.Get(args, "--from", null) is { } log)
        {
            WriteTables([.. File.ReadLines(log).Select(NestedEvidence.Parse).OfType<NestedEvidence>()]);
            return;
        }

        string data = DataFolder.Find(args);
        bool cifar = Options.Get(args, "--pictures", "digits") == "cifar";
        int seeds = Measure.Number(args, "--seeds", 5), rows = Measure.Number(args, "--rows", cifar ? 1000 : 1500), tests = Measure.Number(args, "--test", 1000);
        var all = new List<NestedEvidence>();
        for (int seed = Measure.Number(args, "--first-seed", 1); seed <= seeds; seed++)
        {
            foreach ((NestedEvidenceSet set, bool separate) in cifar ? [(NestedEvidenceSet.Cifar(data, rows, tests, seed) with { Epochs = Measure.Number(args, "--epochs", 8) }, true)] : Digits(data, rows, tests, seed))
                foreach (NestedEvidence evidence in new NestedEvidenceTrial(set, seed, Options.Get(args, "--method", "")!).Run(separate))
                {
                    Console.WriteLine(evidence);
                    all.Add(evidence);
                }
        }

        WriteTables(all);
    }

    private static IEnumerable<(NestedEvidenceSet Set, bool Separate)> Digits(string data, int rows, int tests, int seed) =>
    [
        (NestedEvidenceSet.Digits(data, "mnist", "fashion-mnist", rows, tests, seed), true),
        (NestedEvidenceSet.Digits(data, "fashion-mnist", "mnist", rows, tests, seed), true),
        (NestedEvidenceSet.Digits(data, "mnist", "fashion-mnist", 1000, tests, seed), false),
        (NestedEvidenceSet.Digits(data, "mnist", "fashion-mnist", 100, tests, seed), false),
    ];

    private static void WriteTables(IReadOnlyList<NestedEvidence> all)
    {
        foreach (IGrouping<string, NestedEvidence> set in all.GroupBy(e => e.Set))
        {
            Console.WriteLine();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Key} training rows, {set.Select(e => e.Seed).Distinct().Count()} seeds, means"));
            Console.WriteLine($"| method | width | {string.Join(" | ", NestedEvidence.Metrics)} |");
            Console.WriteLine($"| --- | --- |{string.Concat(NestedEvidence.Metrics.Select(_ => " --- |"))}");
            foreach (var group in set.GroupBy(e => (e.Method, e.Width)))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {group.Key.Method} | {group.Key.Width} | {string.Join(" | ", NestedEvidence.Metrics.Select((_, i) => group.Average(e => e.Values[i]).ToString("f4", CultureInfo.InvariantCulture)))} |"));
            Console.WriteLine();
            Console.WriteLine("Learned ordering minus the other, mean over widths, paired over seeds (p of Student's test)");
            Console.WriteLine($"| against | {string.Join(" | ", NestedEvidence.Metrics)} |");
            Console.WriteLine($"| --- |{string.Concat(NestedEvidence.Metrics.Select(_ => " --- |"))}");
            foreach (string other in set.Select(e => e.Method).Distinct().Where(m => m != "learned ordering"))
                Console.WriteLine($"| {other} | {string.Join(" | ", NestedEvidence.Metrics.Select((_, i) => Compare(set, other, i)))} |");
        }
    }

    private static string Compare(IEnumerable<NestedEvidence> set, string other, int metric)
    {
        var learned = set.Where(e => e.Method == "learned ordering").ToDictionary(e => (e.Seed, e.Width), e => e.Values[metric]);
        double[] differences = [.. set.Where(e => e.Method == other && learned.ContainsKey((e.Seed, e.Width)))
            .GroupBy(e => e.Seed).Select(seed => seed.Average(e => learned[(e.Seed, e.Width)] - e.Values[metric]))];
        if (differences.Length == 0)
            return "-";
        (double mean, double p) = (differences.Average(), PairedTest.Student(differences));
        return string.Create(CultureInfo.InvariantCulture, $"{mean:+0.0000;-0.0000} (p {p:0.000})");
    }
}
