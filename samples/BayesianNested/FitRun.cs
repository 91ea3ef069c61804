using System.Globalization;
using Microsoft.ML;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Console;
using Spectre.Console;

namespace MLExtensions.Samples;

/// <summary>The sample's story: one fit, a table of widths, a row that widens only where needed, and a small model that is cut out and used.</summary>
internal sealed class FitRun(IAnsiConsole console, BayesianNestedSampleOptions options, CancellationToken cancellation)
{
    private const int Samples = 8;
    private const double SmallWidth = 0.25;
    private const int PredictedRows = 5;

    public int Run()
    {
        options.Check();
        string folder = OutputFolder.Prepare(options.OutputFolder, "BayesianNested");
        var mlContext = new MLContext(options.Seed);
        var data = BayesianNestedData.Load(mlContext, options);
        foreach (string line in data.Description)
            console.WriteLine(line);
        console.WriteLine();

        ITransformer model = new FitProgressBar(console, "accuracy").Run("BayesianNestedNetwork", progress =>
            (ITransformer)BayesianNested.BuildPipeline(mlContext, options, progress, cancellation).Fit(data.Train));
        cancellation.ThrowIfCancellationRequested();
        IReadOnlyList<BayesianNested.WidthRow> rows = BayesianNested.Evaluate(mlContext, model, data, Samples);
        cancellation.ThrowIfCancellationRequested();
        WriteTable(rows);
        WriteAdaptive(mlContext, model, data);
        WriteSmall(mlContext, model, data, folder);
        string curves = Path.Combine(folder, "widths.svg");
        WidthCurves.Write(rows, curves);
        console.WriteLine();
        console.WriteLine($"The curves of the widths: {curves}");
        return ExitCodes.Success;
    }

    private void WriteTable(IReadOnlyList<BayesianNested.WidthRow> rows)
    {
        var table = new Table();
        foreach (string name in new[] { "width", "parameters", "latency, us", "accuracy", "NLL", "ECE", "OOD AUROC" })
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (BayesianNested.WidthRow row in rows)
            table.AddRow(
                Number(row.Width, "0.####"), Number(row.Parameters, "#,##0"), Number(row.Microseconds, "F1"), Number(row.Accuracy, "F4"), Number(row.LogLoss, "F4"),
                Number(row.CalibrationError, "F4"), Number(row.StrangersFound, "F4"));
        console.WriteLine();
        console.WriteLine($"One fitted net on the test rows, each score the mean of {Samples} draws of the weights:");
        console.Write(table);
    }

    private void WriteAdaptive(MLContext mlContext, ITransformer model, BayesianNestedData data)
    {
        AdaptiveWidthChoice choice = BayesianNested.ChooseAdaptiveWidth(model, data);
        (double accuracy, AdaptiveCost cost) = BayesianNested.EvaluateAdaptive(mlContext, model, choice, data);
        console.WriteLine(FormattableString.Invariant(
            $"Adaptive: a quarter of the width first, all of it where the largest probability is below {choice.Threshold:F3}: accuracy {accuracy:F4}, {100 * cost.WidenedShare:F1} % of the rows widened, mean cost {cost.MeanCost:F2} of the full width."));
    }

    private void WriteSmall(MLContext mlContext, ITransformer model, BayesianNestedData data, string folder)
    {
        string whole = Path.Combine(folder, "model.zip"), small = Path.Combine(folder, "small.zip");
        (long wholeBytes, long smallBytes) = BayesianNested.SaveBoth(mlContext, model, data.Train.Schema, SmallWidth, whole, small);
        console.WriteLine();
        console.WriteLine(FormattableString.Invariant($"Saved the nested net ({wholeBytes / 1024:N0} KiB) and a plain net of a quarter of the width cut out of it ({smallBytes / 1024:N0} KiB): {small}"));
        var table = new Table().AddColumn("Actual").AddColumn("Predicted").AddColumn(new TableColumn("Confidence").RightAligned());
        foreach (BayesianNested.Prediction p in BayesianNested.Predict(small, data.Test, PredictedRows))
            table.AddRow(Markup.Escape(p.Actual), Markup.Escape(p.Predicted), $"{Number(100 * p.Confidence, "F1")} %");
        console.Write(table);
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
