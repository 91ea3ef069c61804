using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Console;
using Spectre.Console;

namespace MLExtensions.Samples;

/// <summary>The story: a big set and a small one of another kind; which classes of the big one help, and why; and whether they do.</summary>
internal sealed class DemoRun(IAnsiConsole console, DemoOptions options, CancellationToken cancellation)
{
    private static readonly (string Name, bool Pretrained, SelectionStrategy? Strategy)[] Ways =
    [
        ("from scratch", false, null),
        ("fine-tuned", true, null),
        ("joint, all classes", true, SelectionStrategy.All),
        ("joint, random K classes", true, SelectionStrategy.Random),
        ("joint, nearest K classes", true, SelectionStrategy.NearestMean),
        ("joint, K classes by transport", true, SelectionStrategy.Transport),
    ];

    /// <summary>Returns the exit code.</summary>
    public int Run()
    {
        options.Check();
        var mlContext = new MLContext(options.Seed);
        DemoData data = DemoData.Load(mlContext, options, draw: 0);
        int sourceClasses = data.Source.Select(row => row.Label).Distinct().Count(), targetClasses = data.Train.Select(row => row.Label).Distinct().Count();
        int count = options.Top ?? Math.Max(2, Math.Min(targetClasses, sourceClasses));
        if (count > sourceClasses)
            throw new SampleInputException($"--top is {count}; the source has {sourceClasses} classes.");
        console.WriteLine($"Source: {data.Source.Count} {(options.SourceFolder is null ? "drawn letters" : "pictures")} of {sourceClasses} classes.");
        console.WriteLine($"Target: {data.Train.Count} {(options.TargetFolder is null ? "digits drawn in another style" : "pictures")} of {targetClasses} classes, {data.Test.Count} more to test.");

        IDataView source = SelectPretrainingData.Load(mlContext, data.Source);
        ITransformer pretrained = new FitProgressBar(console, "accuracy").Run("Training on the source", progress =>
            SelectPretrainingData.Pretrain(mlContext, source, options.Seed, progress, cancellation));
        cancellation.ThrowIfCancellationRequested();
        IDataView embedded = SelectPretrainingData.Embedding(mlContext, pretrained, source).Transform(source);

        var accuracies = Ways.ToDictionary(way => way.Name, _ => new List<double>());
        var seconds = Ways.ToDictionary(way => way.Name, _ => new List<double>());
        for (int draw = 0; draw < options.Draws; draw++)
        {
            if (draw > 0)
                data = DemoData.Load(mlContext, options, draw);
            Try(mlContext, data, embedded, pretrained, count, draw, accuracies, seconds);
        }

        WriteAccuracies(accuracies, seconds, count);
        return ExitCodes.Success;
    }

    private void Try(
        MLContext mlContext, DemoData data, IDataView embedded, ITransformer pretrained, int count, int draw, Dictionary<string, List<double>> accuracies, Dictionary<string, List<double>> seconds)
    {
        ITransformer keys = SelectPretrainingData.Keys(mlContext, mlContext.Data.LoadFromEnumerable(data.Train));
        IDataView target = SelectPretrainingData.Load(mlContext, data.Train, keys), test = SelectPretrainingData.Load(mlContext, data.Test, keys);
        IDataView embeddedTarget = SelectPretrainingData.Embedding(mlContext, pretrained, target).Transform(target);
        int seed = options.Seed + draw;
        foreach (var (name, fromPretrained, strategy) in Ways)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            PretrainingSelectionTransformer? selection = strategy is { } way ? SelectPretrainingData.Select(mlContext, embedded, embeddedTarget, way, count, seed, cancellation) : null;
            if (draw == 0 && strategy == SelectionStrategy.Transport)
                WriteRanking(selection!.Report, count);
            ITransformer model = SelectPretrainingData.FineTune(
                mlContext, target, fromPretrained ? pretrained : null, selection?.Select(embedded), seed, data.Train.Count, cancellation);
            accuracies[name].Add(SelectPretrainingData.Accuracy(mlContext, model, test));
            seconds[name].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private void WriteRanking(SelectionReport report, int count)
    {
        console.WriteLine();
        console.WriteLine($"Which {count} of {report.Classes.Count} source classes help, by transport, and why:");
        var table = new Table().AddColumn(new TableColumn("rank").RightAligned()).AddColumn("source class").AddColumn(new TableColumn("score").RightAligned()).AddColumn("because it looks like");
        foreach (SelectedClass line in report.Classes.Take(count + 3))
        {
            var reasons = line.MassToTargets.Select((mass, j) => (Mass: mass, report.Targets[j].Name)).OrderByDescending(pair => pair.Mass).Take(2).Where((pair, rank) => rank == 0 || pair.Mass > 0.2 * line.Score);
            string reason = string.Join(", ", reasons.Select(pair => $"{pair.Name} ({Percent(pair.Mass / line.Score)} of its mass)"));
            table.AddRow($"{line.Rank}", Markup.Escape(line.Name) + (line.IsSelected ? "" : " (not chosen)"), line.Score.ToString("f3", CultureInfo.InvariantCulture), Markup.Escape(reason));
        }

        console.Write(table);
        console.WriteLine($"They cover {Percent(report.CoveredShare)} of the target's demand. Seen from the target:");
        var targets = new Table().AddColumn("target class").AddColumn("source classes that look like it most").AddColumn(new TableColumn("covered").RightAligned());
        foreach (TargetCoverage target in report.Targets)
        {
            var best = report.Classes.OrderByDescending(line => line.MassToTargets[target.Index]).Take(3).Select(line => $"{line.Name} ({Percent(line.MassToTargets[target.Index] / target.Mass)})");
            targets.AddRow(Markup.Escape(target.Name), Markup.Escape(string.Join(", ", best)), Percent(target.CoveredShare));
        }

        console.Write(targets);
        string uncovered = string.Join(", ", report.UncoveredTargets.Select(target => target.Name));
        if (uncovered.Length > 0)
            console.WriteLine($"Hardly covered: {uncovered}. A larger --top takes in what looks like it.");
    }

    private void WriteAccuracies(Dictionary<string, List<double>> accuracies, Dictionary<string, List<double>> seconds, int count)
    {
        console.WriteLine();
        console.WriteLine($"Target accuracy on the test pictures, mean of {options.Draws} draws of the target pictures; K = {count}:");
        var table = new Table().AddColumn("way").AddColumn(new TableColumn("accuracy").RightAligned()).AddColumn(new TableColumn("lowest to highest").RightAligned())
            .AddColumn(new TableColumn("seconds").RightAligned());
        foreach (var (name, _, _) in Ways)
            table.AddRow(name, Number(accuracies[name].Average()), $"{Number(accuracies[name].Min())} to {Number(accuracies[name].Max())}", seconds[name].Average().ToString("f1", CultureInfo.InvariantCulture));
        console.Write(table);
    }

    private static string Percent(double share) => share.ToString("p0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("f3", CultureInfo.InvariantCulture);
}
