using System.CommandLine;
using MLExtensions.Samples;
using MLExtensions.Samples.Shared;
using Spectre.Console;

var data = new Option<string>("--data")
{
    Description = "Take the four IDX files of MNIST or Fashion-MNIST (.gz or not) from this folder.",
    HelpName = "FOLDER",
};
var csv = new Option<string>("--csv")
{
    Description = "Take a table from this file; its first row names the columns. Column types are inferred.",
    HelpName = "FILE",
};
var label = new Option<string>("--label")
{
    Description = "The table's column to predict; its values decide between classification and regression.",
    HelpName = "COLUMN",
};
var epochs = new Option<int?>("--epochs") { Description = "Passes over the training rows. Left out, the trainer chooses.", HelpName = "NUMBER" };
var seed = new Option<int>("--seed") { Description = "Fixes the drawn data, the split and the fit.", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };
var output = new Option<string>("--output") { Description = "Write model.zip to this folder. Left out, to a new temporary folder.", HelpName = "FOLDER" };

var model = new Option<string>("--model") { Description = "A model.zip that this program has saved.", HelpName = "FILE", Required = true };
var rows = new Option<string>("--rows") { Description = "The rows.idv beside it.", HelpName = "FILE", Required = true };
var predict = new Command("predict", "Load a saved model and predict saved rows, as the second process does.") { model, rows };
predict.SetAction((parsed, _) => SampleProgram.Guarded(() => PredictRun.Run(AnsiConsole.Console, parsed.GetRequiredValue(model), parsed.GetRequiredValue(rows))));

var root = new RootCommand(
    "Fits a neural net within an ML.NET pipeline, compares it with one of ML.NET's own trainers, saves it, and uses it in a second process. "
    + "Without arguments it draws its own data: pictures of digits and letters.")
{
    data, csv, label, epochs, seed, output, predict,
};
root.SetAction((parsed, cancellation) => SampleProgram.Guarded(() => new FitRun(
    AnsiConsole.Console,
    new QuickStartOptions
    {
        DataFolder = parsed.GetValue(data),
        CsvFile = parsed.GetValue(csv),
        LabelColumn = parsed.GetValue(label),
        Epochs = parsed.GetValue(epochs),
        Seed = parsed.GetValue(seed),
        OutputFolder = parsed.GetValue(output),
    },
    cancellation).Run()));

return await SampleProgram.RunAsync(root, args);
