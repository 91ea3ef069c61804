using System.Globalization;

namespace MLExtensions.Benchmarks.AllFour;

/// <summary>
/// All four methods in one pipeline: classes of a source are selected by transport, a nested net is fine-tuned on them with WRS (batch normalisation) or WEISSI (none), its
/// uncertainty is measured, the pipeline is saved, loaded in a fresh process and scored at three widths. Beside it, with the same rows and seeds: plain nets, and nested ones without the rest.
/// </summary>
internal static class AllFourBenchmark
{
    public static void Run(string[] args)
    {
        if (args.Contains("--score"))
        {
            FreshProcess.Score(args);
            return;
        }

        string data = DataFolder.Find(args);
        int seeds = Measure.Number(args, "--seeds", 5), source = Measure.Number(args, "--source-rows", 300), steps = Measure.Number(args, "--steps", 600);
        int target = Measure.Number(args, "--rows", 20), validation = Measure.Number(args, "--validation", 10);
        var rows = new List<AllFourRow>();
        for (int seed = 1; seed <= seeds; seed++)
        {
            using var trial = new AllFourTrial(data, source, target, validation, steps, seed);
            rows.AddRange(trial.Run(Normalization.Batch, Regularizer.WeightRescaling()));
            rows.AddRange(trial.Run(Normalization.None, Regularizer.ScaleShiftInvariant()));
            Console.Error.WriteLine($"seed {seed} done");
        }

        Console.WriteLine($"{target} target rows and {validation} validation rows of each digit, {source} source rows of each of 20 classes, {steps} steps, {seeds} seeds, means");
        Table(rows);
        Differences(rows);
    }

    private static void Table(List<AllFourRow> rows)
    {
        Console.WriteLine($"| net | method | width | {string.Join(" | ", AllFourRow.Metrics)} | s | file bytes | same scores after reload |");
        Console.WriteLine($"| --- | --- | --- |{string.Concat(AllFourRow.Metrics.Select(_ => " --- |"))} --- | --- | --- |");
        foreach (var group in rows.GroupBy(row => (row.Net, row.Method, row.Width)))
        {
            string quality = string.Join(" | ", AllFourRow.Metrics.Select((_, i) => group.Average(row => row.Quality[i]).ToString("f4", CultureInfo.InvariantCulture)));
            Console.WriteLine(FormattableString.Invariant(
                $"| {group.Key.Net} | {group.Key.Method} | {group.Key.Width} | {quality} | {Measure.Median(group.Select(row => row.Seconds)):f1} | {group.Average(row => row.Bytes):f0} | {group.Count(row => row.SameAfterReload)} of {group.Count()} |"));
        }
    }

    private static void Differences(List<AllFourRow> rows)
    {
        Console.WriteLine();
        Console.WriteLine("All four minus the other at width 1, paired over seeds (p of Student's test)");
        Console.WriteLine($"| net | against | {string.Join(" | ", AllFourRow.Metrics)} |");
        Console.WriteLine($"| --- | --- |{string.Concat(AllFourRow.Metrics.Select(_ => " --- |"))}");
        foreach (IGrouping<string, AllFourRow> net in rows.Where(row => row.Width == 1).GroupBy(row => row.Net))
        {
            var four = net.Where(row => row.Method.StartsWith("all four", StringComparison.Ordinal)).ToDictionary(row => row.Seed, row => row.Quality);
            foreach (IGrouping<string, AllFourRow> other in net.GroupBy(row => row.Method).Where(group => group.Any(row => row.Quality != four[row.Seed])))
            {
                string cells = string.Join(" | ", AllFourRow.Metrics.Select((_, i) => Cell([.. other.Select(row => four[row.Seed][i] - row.Quality[i])])));
                Console.WriteLine($"| {net.Key} | {other.Key} | {cells} |");
            }
        }
    }

    private static string Cell(double[] differences) => FormattableString.Invariant($"{differences.Average():+0.0000;-0.0000} (p {PairedTest.Student(differences):0.000})");
}
