using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Characters;
using MLExtensions.Samples.Shared.Console;
using MLExtensions.Samples.Shared.Tables;
using Spectre.Console;

namespace MLExtensions.Samples;

/// <summary>The sample's story: data, fits of a net with several regularisers and of one of ML.NET's trainers, a table, a saved model, and its predictions in a second process.</summary>
internal sealed class FitRun(IAnsiConsole console, QuickStartOptions options, CancellationToken cancellation)
{
    private const int SavedRows = 8;
    private const int SinglePictures = 3;

    /// <summary>Returns the exit code of the second process.</summary>
    public int Run()
    {
        options.Check();
        string folder = OutputFolder.Prepare(options.OutputFolder, "QuickStart");
        var mlContext = new MLContext(options.Seed);
        var data = QuickStartData.Load(mlContext, options);
        foreach (string line in data.Description)
            console.WriteLine(line);
        console.WriteLine();

        Outcome[] nets = [.. NetVariant.All.Select(variant => FitNeuralNetwork(mlContext, data, variant))];
        var baseline = FitBaseline(mlContext, data);
        console.WriteLine();
        WriteTable([.. nets, baseline]);
        if (QuickStart.EvaluateUnderAttack(mlContext, data, nets[0].Model, cancellation) is { } underAttack)
            console.WriteLine($"With every pixel shifted by up to {Number(QuickStart.PixelShift, "F2")} to do harm, the first net's accuracy is {Number(underAttack, "F4")}.");

        WriteSinglePredictions(mlContext, data, nets[0].Model);

        string modelPath = Path.Combine(folder, "model.zip");
        string rowsPath = Path.Combine(folder, "rows.idv");
        QuickStart.SaveModel(mlContext, nets[0].Model, data.Train.Schema, modelPath);
        QuickStart.SaveRows(mlContext, data.Test, SavedRows, options.Seed, rowsPath);
        console.WriteLine();
        console.WriteLine($"Saved the first net's pipeline as {modelPath}");
        console.WriteLine("Now a second process loads that file and predicts a few test rows:");
        cancellation.ThrowIfCancellationRequested();
        return SecondProcess.Predict(modelPath, rowsPath);
    }

    private Outcome FitNeuralNetwork(MLContext mlContext, QuickStartData data, NetVariant variant)
    {
        var (model, seconds) = new FitProgressBar(console, data.Task == LabelTask.Regression ? "RMSE" : "accuracy").Run(variant.Name, progress => Timed(() =>
            QuickStart.BuildNeuralNetworkPipeline(mlContext, data, options, variant, progress, cancellation).Fit(data.Train)));
        cancellation.ThrowIfCancellationRequested();
        return new Outcome(variant.Name, model, QuickStart.Evaluate(mlContext, data, model), seconds);
    }

    private Outcome FitBaseline(MLContext mlContext, QuickStartData data)
    {
        var (name, pipeline) = QuickStart.BuildBaselinePipeline(mlContext, data);
        console.WriteLine($"{name} (ML.NET), for comparison ...");
        // ML.NET's trainers take no cancellation token: on Ctrl-C the program stops waiting and ends.
        var (model, seconds) = Timed(() => Task.Run(() => pipeline.Fit(data.Train)).WaitAsync(cancellation).GetAwaiter().GetResult());
        return new Outcome($"{name} (ML.NET)", model, QuickStart.Evaluate(mlContext, data, model), seconds);
    }

    private void WriteTable(IReadOnlyList<Outcome> outcomes)
    {
        var table = new Table().AddColumn("Trainer");
        foreach (string name in outcomes[0].Metrics.Select(m => m.Name).Append("seconds to fit"))
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var outcome in outcomes)
            table.AddRow([outcome.Name, .. outcome.Metrics.Select(m => Number(m.Value, "#,##0.0000")), Number(outcome.Seconds, "F1")]);
        console.WriteLine("On the test rows, which none of them has seen:");
        console.Write(table);
    }

    private void WriteSinglePredictions(MLContext mlContext, QuickStartData data, ITransformer model)
    {
        if (data.Test.Schema.GetColumnOrNull(nameof(CharacterRow.Pixels)) is null)
            return; // a table's columns are known only when it is read; a class for its rows would be the user's own
        CharacterRow[] pictures = [.. mlContext.Data.CreateEnumerable<CharacterRow>(data.Test, reuseRowObject: false).Take(SinglePictures)];
        var answers = QuickStart.PredictOneByOne(mlContext, model, pictures).Zip(pictures, (answer, picture) =>
            $"{picture.Label} as {answer.Answer} ({Number(100 * answer.Probabilities.Max(), "F0")} %)");
        console.WriteLine($"Asked for one picture at a time, through a PredictionEngine, it takes {string.Join(", ", answers)}.");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        var result = work();
        return (result, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>What came of one trainer.</summary>
    private sealed record Outcome(string Name, ITransformer Model, IReadOnlyList<(string Name, double Value)> Metrics, double Seconds);
}
