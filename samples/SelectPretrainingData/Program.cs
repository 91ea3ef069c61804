using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MLExtensions.Samples;
using MLExtensions.Samples.Shared;
using Spectre.Console;

var source = new Option<string>("--source")
{
    Description = "Class means of the source, one row per class: a .npy file (float32 or float64) or a .csv file of numbers.",
    HelpName = "FILE",
    Required = true,
};
var target = new Option<string>("--target") { Description = "Class means of the target, of the same embedding.", HelpName = "FILE", Required = true };
var top = new Option<int>("--top") { Description = "How many source classes to write, best first.", HelpName = "K", Required = true };
var output = new Option<string>("--output") { Description = "The .csv file to write: rank, class_index, score.", HelpName = "FILE", Required = true };
var temperature = Number("--temperature", 0.1, "What the cosine distance is divided by.");
var epsilon = Number("--epsilon", 1, "How evenly a target class spreads its demand over source classes.");
var rhoSource = Number("--rho-source", 1, "How strongly every source class is made to take part; inf for exactly.");
var rhoTarget = Number("--rho-target", 100, "How strongly every target class is made to be covered; inf for exactly.");
var rank = new Command("rank", "Rank source classes for a target by unbalanced transport between class means, as in the paper's code.")
{
    source, target, top, output, temperature, epsilon, rhoSource, rhoTarget,
};
rank.SetAction((parsed, _) => SampleProgram.Guarded(() => new RankRun(
    new RankOptions
    {
        SourceFile = parsed.GetRequiredValue(source),
        TargetFile = parsed.GetRequiredValue(target),
        Top = parsed.GetRequiredValue(top),
        OutputFile = parsed.GetRequiredValue(output),
        Temperature = parsed.GetValue(temperature),
        Epsilon = parsed.GetValue(epsilon),
        RhoSource = parsed.GetValue(rhoSource),
        RhoTarget = parsed.GetValue(rhoTarget),
    }).Run()));

var sourceFolder = new Option<string>("--source") { Description = "The big labelled set: four IDX files, or one subfolder of pictures per class.", HelpName = "FOLDER" };
var targetFolder = new Option<string>("--target") { Description = "The small labelled set, of the same form.", HelpName = "FOLDER" };
var topClasses = new Option<int?>("--top") { Description = "How many source classes to choose. Left out, as many as the target has.", HelpName = "K" };
var rowsPerClass = new Option<int>("--rows-per-class") { Description = "Target pictures of each class to train on.", HelpName = "NUMBER", DefaultValueFactory = _ => 5 };
var draws = new Option<int>("--draws") { Description = "How often the target pictures are drawn anew.", HelpName = "NUMBER", DefaultValueFactory = _ => 3 };
var seed = new Option<int>("--seed") { Description = "Fixes the drawn pictures, the splits and the fits.", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };

var root = new RootCommand(
    "Finds the classes of a big labelled set that help a small one, says why, and fine-tunes a net with them. Without arguments it draws its own pictures: letters, and a few digits "
    + "in another style.")
{
    sourceFolder, targetFolder, topClasses, rowsPerClass, draws, seed, rank,
};
root.SetAction((parsed, cancellation) => SampleProgram.Guarded(() => new DemoRun(
    AnsiConsole.Console,
    new DemoOptions
    {
        SourceFolder = parsed.GetValue(sourceFolder),
        TargetFolder = parsed.GetValue(targetFolder),
        Top = parsed.GetValue(topClasses),
        RowsPerClass = parsed.GetValue(rowsPerClass),
        Draws = parsed.GetValue(draws),
        Seed = parsed.GetValue(seed),
    },
    cancellation).Run()));

return await SampleProgram.RunAsync(root, args);

static Option<double> Number(string name, double fallback, string description) => new(name)
{
    Description = FormattableString.Invariant($"{description} Default {fallback}."),
    HelpName = "NUMBER",
    DefaultValueFactory = _ => fallback,
    CustomParser = result => ParseNumber(result, name),
};

// Infinity is a number here, and a comma is no decimal point anywhere.
static double ParseNumber(ArgumentResult result, string name)
{
    string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
    if (text is "inf" or "Infinity" or "∞")
        return double.PositiveInfinity;
    if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        return value;
    result.AddError($"{name} is '{text}'; give a number such as 0.1, or inf.");
    return double.NaN;
}
