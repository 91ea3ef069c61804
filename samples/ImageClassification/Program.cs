using System.CommandLine;
using MLExtensions.Samples;
using MLExtensions.Samples.Shared;
using Spectre.Console;

var data = new Option<string>("--data")
{
    Description = "Take the pictures from this folder: a subfolder for each class, or the subfolders train and test with a subfolder for each class.",
    HelpName = "FOLDER",
};
var size = new Option<int>("--size") { Description = "Bring pictures to this width and height in pixels.", HelpName = "NUMBER", DefaultValueFactory = _ => 32 };
var epochs = new Option<int>("--epochs") { Description = "Passes over the training pictures.", HelpName = "NUMBER", DefaultValueFactory = _ => 12 };
var weights = new Option<string>("--weights") { Description = "Start a ResNet-18 from this safetensors file instead of a small net from random weights.", HelpName = "FILE" };
var seed = new Option<int>("--seed") { Description = "Fixes the drawn pictures, the split and the fit.", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };
var output = new Option<string>("--output") { Description = "Write model.zip and mistakes.png to this folder. Left out, to a new temporary folder.", HelpName = "FOLDER" };

var model = new Option<string>("--model") { Description = "A model.zip that this program has saved.", HelpName = "FILE", Required = true };
var image = new Option<string>("--image") { Description = "A picture.", HelpName = "FILE", Required = true };
var predict = new Command("predict", "Load a saved model and say what a picture shows.") { model, image };
predict.SetAction((parsed, _) => SampleProgram.Guarded(() => PredictRun.Run(AnsiConsole.Console, parsed.GetRequiredValue(model), parsed.GetRequiredValue(image))));

var root = new RootCommand(
    "Fits a convolutional net to a folder of pictures, shows where it errs, saves it and uses it. Without arguments it draws its own pictures: digits and letters that are easily mistaken.")
{
    data, size, epochs, weights, seed, output, predict,
};
root.SetAction((parsed, cancellation) => SampleProgram.Guarded(() => new TrainRun(
    AnsiConsole.Console,
    new ImageClassificationOptions
    {
        DataFolder = parsed.GetValue(data),
        Size = parsed.GetValue(size),
        Epochs = parsed.GetValue(epochs),
        WeightFile = parsed.GetValue(weights),
        Seed = parsed.GetValue(seed),
        OutputFolder = parsed.GetValue(output),
    },
    cancellation).Run()));

return await SampleProgram.RunAsync(root, args);
