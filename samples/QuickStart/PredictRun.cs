using System.Globalization;
using MLExtensions.Samples.Shared;
using Spectre.Console;

namespace MLExtensions.Samples;

/// <summary>The subcommand <c>predict</c>: loads a model and shows what it makes of saved rows.</summary>
internal static class PredictRun
{
    public static int Run(IAnsiConsole console, string modelPath, string rowsPath)
    {
        var predictions = QuickStart.Predict(modelPath, rowsPath);
        var table = new Table().AddColumn("Actual").AddColumn("Predicted");
        bool withConfidence = predictions.Any(p => p.Confidence is not null);
        if (withConfidence)
            table.AddColumn(new TableColumn("Confidence").RightAligned());
        foreach (var p in predictions)
            table.AddRow(Cells(p, withConfidence));
        console.WriteLine($"Process {Environment.ProcessId} loaded {Path.GetFileName(modelPath)}.");
        console.Write(table);
        return ExitCodes.Success;
    }

    private static string[] Cells(QuickStart.Prediction p, bool withConfidence)
    {
        string[] words = [Markup.Escape(p.Actual), Markup.Escape(p.Predicted)];
        return withConfidence ? [.. words, $"{(100 * p.Confidence!.Value).ToString("F1", CultureInfo.InvariantCulture)} %"] : words;
    }
}
