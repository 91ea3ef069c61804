using System.Globalization;
using MLExtensions.Samples.Shared;
using Spectre.Console;

namespace MLExtensions.Samples;

/// <summary>The subcommand <c>predict</c>: loads a model and says what a picture shows.</summary>
internal static class PredictRun
{
    public static int Run(IAnsiConsole console, string modelPath, string imagePath)
    {
        var prediction = ImageClassification.Predict(modelPath, imagePath);
        string confidence = (100 * prediction.Score.Max()).ToString("F1", CultureInfo.InvariantCulture);
        console.WriteLine($"Process {Environment.ProcessId} loaded {Path.GetFileName(modelPath)}: {imagePath} shows '{prediction.PredictedLabel}' ({confidence} %).");
        return ExitCodes.Success;
    }
}
