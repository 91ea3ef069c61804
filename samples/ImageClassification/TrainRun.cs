using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Console;
using MLExtensions.Samples.Shared.Pictures;
using Spectre.Console;

namespace MLExtensions.Samples;

/// <summary>The sample's story: pictures, a fit, a confusion matrix, the worst mistakes as a picture, a saved model, and one prediction with it.</summary>
internal sealed class TrainRun(IAnsiConsole console, ImageClassificationOptions options, CancellationToken cancellation)
{
    private const int MistakesShown = 24;
    private const int MostClassesInMatrix = 20;

    /// <summary>Returns the exit code.</summary>
    public int Run()
    {
        options.Check();
        string folder = OutputFolder.Prepare(options.OutputFolder, "ImageClassification");
        var mlContext = new MLContext(options.Seed);
        var data = PictureData.Load(mlContext, options, folder);
        foreach (string line in data.Description)
            console.WriteLine(line);
        console.WriteLine();

        long start = Stopwatch.GetTimestamp();
        var model = Fit(mlContext, data);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        cancellation.ThrowIfCancellationRequested();
        var (metrics, classes, mistakes) = ImageClassification.Evaluate(mlContext, model, data.Test);
        console.WriteLine();
        console.WriteLine(FormattableString.Invariant(
            $"On test pictures, which it has not seen: accuracy {metrics.MicroAccuracy:F4}, log-loss {metrics.LogLoss:F4}, after {seconds:F1} s of decoding and training."));
        WriteMatrix(metrics.ConfusionMatrix, classes);

        WriteMistakes(mistakes, Path.Combine(folder, "mistakes.png"));
        string modelPath = Path.Combine(folder, "model.zip");
        ImageClassification.SaveModel(mlContext, model, data.Train.Schema, modelPath);
        console.WriteLine($"Saved the pipeline as {modelPath}");
        string picture = data.Test.GetColumn<string>("ImagePath").First();
        var prediction = ImageClassification.Predict(modelPath, picture);
        console.WriteLine(FormattableString.Invariant($"Loaded again, it says of {picture}: '{prediction.PredictedLabel}' ({100 * prediction.Score.Max():F1} %)."));
        console.WriteLine($"Try a picture of your own: predict --model {modelPath} --image FILE");
        return ExitCodes.Success;
    }

    private ITransformer Fit(MLContext mlContext, PictureData data)
    {
        try
        {
            return new FitProgressBar(console, "accuracy").Run(
                "NeuralNetwork", progress => ImageClassification.BuildPipeline(mlContext, options, progress, cancellation).Fit(data.Train));
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            throw new SampleInputException(e.Message, e); // weights of another net, a picture that was removed, a size that does not fit the net
        }
    }

    private void WriteMatrix(ConfusionMatrix matrix, IReadOnlyList<string> classes)
    {
        if (classes.Count > MostClassesInMatrix)
        {
            console.WriteLine($"The confusion matrix of {classes.Count} classes is too wide to show; recall per class:");
            for (int i = 0; i < classes.Count; i++)
                console.WriteLine($"  {classes[i]}: {matrix.PerClassRecall[i].ToString("F3", CultureInfo.InvariantCulture)}");
            return;
        }

        var table = new Table().AddColumn("Actual \\ Predicted");
        foreach (string name in classes)
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        table.AddColumn(new TableColumn("recall").RightAligned());
        for (int i = 0; i < classes.Count; i++)
            table.AddRow([
                Markup.Escape(classes[i]),
                .. matrix.Counts[i].Select(count => count == 0 ? "" : count.ToString("F0", CultureInfo.InvariantCulture)),
                matrix.PerClassRecall[i].ToString("F3", CultureInfo.InvariantCulture),
            ]);
        console.Write(table);
    }

    private void WriteMistakes(IReadOnlyList<ImageClassification.Mistake> mistakes, string path)
    {
        if (mistakes.Count == 0)
        {
            console.WriteLine("No mistakes to show.");
            return;
        }

        ContactSheet.Write(path, [.. mistakes.Take(MistakesShown).Select(m => new ContactSheet.Picture(
            m.Path, [m.Actual, FormattableString.Invariant($"TAKEN FOR {m.Predicted}"), FormattableString.Invariant($"{100 * m.Confidence:F0} %")]))]);
        console.WriteLine($"The {Math.Min(MistakesShown, mistakes.Count)} surest of {mistakes.Count} mistakes: {path}");
    }
}
