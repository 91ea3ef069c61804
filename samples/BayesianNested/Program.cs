using System.CommandLine;
using MLExtensions.Samples;
using MLExtensions.Samples.Shared;
using Spectre.Console;

var data = new Option<string>("--data")
{
    Description = "Take the four IDX files of MNIST or Fashion-MNIST (.gz or not) from this folder.",
    HelpName = "FOLDER",
};
var strangers = new Option<string>("--strangers")
{
    Description = "Take pictures of another kind from the IDX files of this folder. Left out, they are drawn letters and noise.",
    HelpName = "FOLDER",
};
var epochs = new Option<int?>("--epochs") { Description = "Passes over the training rows. Left out, the trainer chooses.", HelpName = "NUMBER" };
var seed = new Option<int>("--seed") { Description = "Fixes the drawn data and the fit.", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };
var output = new Option<string>("--output") { Description = "Write models and curves to this folder. Left out, to a new temporary folder.", HelpName = "FOLDER" };

var root = new RootCommand(
    "Fits a Bayesian nested net once and uses it at many widths: shows cost, accuracy, calibration and sense for strangers of each, widens only where needed, and cuts out a "
    + "small model. Without arguments it draws its own data: digits to learn, letters and noise as strangers.")
{
    data, strangers, epochs, seed, output,
};
root.SetAction((parsed, cancellation) => SampleProgram.Guarded(() => new FitRun(
    AnsiConsole.Console,
    new BayesianNestedSampleOptions
    {
        DataFolder = parsed.GetValue(data),
        StrangersFolder = parsed.GetValue(strangers),
        Epochs = parsed.GetValue(epochs),
        Seed = parsed.GetValue(seed),
        OutputFolder = parsed.GetValue(output),
    },
    cancellation).Run()));

return await SampleProgram.RunAsync(root, args);
