using System.Globalization;
using Microsoft.ML;

namespace MLExtensions.Benchmarks.Images;

/// <summary>
/// Does selection help between sets of photos that have little in common? Source: the CIFAR-10 subset (10,000 pictures of animals and vehicles); target: 720 pictures of clothing,
/// of which some train and the others test, drawn anew for each seed. A small conv net is trained on the source once for each seed. Seeds are paired. Options: --seeds 5 --sizes
/// 10,60 (training pictures a class) --classes 3 (K) --steps 400 --source-epochs 8 --lambda 0.3.
/// </summary>
internal static class SelectionPicturesBenchmark
{
    public static void Run(string[] args)
    {
        string data = DataFolder.Find(args);
        int[] sizes = [.. Options.Get(args, "--sizes", "10,60").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        int count = Measure.Number(args, "--classes", 3);
        var results = sizes.ToDictionary(size => size, _ => new Dictionary<string, List<SelectionPicturesTrial.Outcome>>());
        int seeds = Measure.Number(args, "--seeds", 5);
        for (int seed = 1; seed <= seeds; seed++)
        {
            var trial = new SelectionPicturesTrial(data, seed, Measure.Number(args, "--source-epochs", 8))
            {
                Classes = count,
                Steps = Measure.Number(args, "--steps", 400),
                Lambda = double.Parse(Options.Get(args, "--lambda", "0.3"), CultureInfo.InvariantCulture),
            };
            Console.WriteLine(FormattableString.Invariant($"seed {seed}: source net trained in {trial.PretrainingSeconds:f0} s, test accuracy on the source {trial.SourceAccuracy:f3}"));
            foreach (int size in sizes)
                foreach ((string name, SelectionPicturesTrial.Outcome outcome) in trial.Run(size))
                {
                    results[size].TryAdd(name, []);
                    results[size][name].Add(outcome);
                    Console.WriteLine(FormattableString.Invariant($"  {size} a class, {name}: {outcome.Accuracy:f4}, {outcome.Seconds:f0} s; {outcome.Chosen}"));
                }
        }

        foreach (int size in sizes)
            Table(results[size], size, seeds, count);
    }

    private static void Table(Dictionary<string, List<SelectionPicturesTrial.Outcome>> results, int size, int seeds, int count)
    {
        Console.WriteLine($"\nTarget: 10 classes of clothing, {size} pictures each, {720 - 10 * size} to test; {seeds} seeds; K = {count} of 10 source classes, or the same share of rows");
        Console.WriteLine("| strategy | target accuracy, mean (range) | difference to fine-tuned, points | p (paired t) | chosen (seeds, or share of rows) | s for selection and fit |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach ((string name, List<SelectionPicturesTrial.Outcome> outcomes) in results)
        {
            double[] accuracy = [.. outcomes.Select(outcome => outcome.Accuracy)];
            double[] differences = [.. outcomes.Zip(results["fine-tuned"], (one, other) => 100 * (one.Accuracy - other.Accuracy))];
            string difference = name == "fine-tuned" ? " | " : FormattableString.Invariant($"{differences.Average():+0.0;-0.0;0.0} | {PairedTest.Student(differences):f3}");
            Console.WriteLine(FormattableString.Invariant(
                $"| {name} | {accuracy.Average():f3} ({accuracy.Min():f3}-{accuracy.Max():f3}) | {difference} | {Chosen(outcomes)} | {Measure.Median(outcomes.Select(outcome => outcome.Seconds)):f0} |"));
        }
    }

    // "truck 5, automobile 4": what was chosen most, as a mean over the seeds.
    private static string Chosen(List<SelectionPicturesTrial.Outcome> outcomes)
    {
        var sums = outcomes.SelectMany(outcome => outcome.Shares).GroupBy(pair => pair.Key).Select(group => (group.Key, Sum: group.Sum(pair => pair.Value))).Where(pair => pair.Sum > 0);
        return string.Join(", ", sums.OrderByDescending(pair => pair.Sum).Take(4).Select(pair => outcomes[0].ByRows
            ? FormattableString.Invariant($"{pair.Key} {pair.Sum / outcomes.Count:p0}")
            : FormattableString.Invariant($"{pair.Key} {pair.Sum:f0}")));
    }
}
