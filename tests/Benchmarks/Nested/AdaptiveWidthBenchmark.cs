using System.Globalization;
using Microsoft.ML;

namespace MLExtensions.Benchmarks.Nested;

/// <summary>
/// What an adaptive width costs at the accuracy of width 1 on MNIST: with the start 0.25, and with the cheapest of all widths as start. Starts and thresholds come from 4,000
/// validation rows, cost and accuracy from the 10,000 test rows.
/// </summary>
internal static class AdaptiveWidthBenchmark
{
    private const int ValidationRows = 4000;

    public static void Run(string[] args)
    {
        string folder = Path.Combine(DataFolder.Find(args), "mnist");
        double loss = double.Parse(Options.Get(args, "--loss", "0.0005"), CultureInfo.InvariantCulture);
        int seeds = Measure.Number(args, "--seeds", 5);
        Console.WriteLine("| training rows | start | start chosen | mean cost of a test row (range) | test accuracy minus that of width 1 (range) |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (string count in Options.Get(args, "--mnist", "6000,20000").Split(','))
        {
            Outcome[][] all = [.. Enumerable.Range(1, seeds).Select(seed => Fit(folder, int.Parse(count, CultureInfo.InvariantCulture), loss, seed))];
            foreach ((string name, int which) in new[] { ("0.25", 0), ("cheapest of all widths", 1) })
            {
                Outcome[] outcomes = [.. all.Select(pair => pair[which])];
                string starts = string.Join(", ", outcomes.Select(outcome => outcome.Start.ToString("0.###", CultureInfo.InvariantCulture)));
                Console.WriteLine(FormattableString.Invariant(
                    $"| {count} | {name} | {starts} | {outcomes.Average(o => o.Cost):f3} ({outcomes.Min(o => o.Cost):f3}-{outcomes.Max(o => o.Cost):f3}) | {outcomes.Average(o => o.Difference):+0.0000;-0.0000} ({outcomes.Min(o => o.Difference):+0.0000;-0.0000} to {outcomes.Max(o => o.Difference):+0.0000;-0.0000}) |"));
            }
        }
    }

    private static Outcome[] Fit(string folder, int count, double loss, int seed)
    {
        var ml = new MLContext(seed);
        PixelRow[] rows = PixelRow.Read(folder, "train", count + ValidationRows, seed);
        IDataView validation = PixelRow.View(ml, rows[..ValidationRows]), test = PixelRow.View(ml, PixelRow.Read(folder, "t10k"));
        BayesianNestedTransformer model = ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
        {
            Architecture = Architecture.Mlp([256, 128], normalization: Normalization.Batch),
            Epochs = 10,
            Seed = seed,
            Threads = ThreadPolicy.Fixed(1),
            Telemetry = false,
        }).Fit(PixelRow.View(ml, rows[ValidationRows..]));
        double full = Accuracy(model);
        return [Measured(model.ChooseAdaptiveWidth(validation, start: 0.25, accuracyLossAtMost: loss)), Measured(model.ChooseAdaptiveWidth(validation, model.Model.Widths, accuracyLossAtMost: loss))];

        Outcome Measured(AdaptiveWidthChoice choice) => new(choice.Start, choice.Model.MeasureAdaptiveCost(test).MeanCost, Accuracy(choice.Model) - full);
        double Accuracy(BayesianNestedTransformer view) => ml.MulticlassClassification.EvaluateUncertainty(view.Transform(test)).Accuracy;
    }

    private sealed record Outcome(double Start, double Cost, double Difference);
}
