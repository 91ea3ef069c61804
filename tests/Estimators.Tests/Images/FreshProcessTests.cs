using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Images;

/// <summary>A convolutional model in a process whose code knows ML.NET only.</summary>
public sealed class FreshProcessTests
{
    private static readonly InputShape Shape = InputShape.Image(1, BarPicture.Size, BarPicture.Size);

    private static string ProgramPath => typeof(FreshProcessTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "ChildProcess").Value!;

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Another_process_loads_the_model_and_scores_the_same_bits(Precision precision) =>
        ScoresAreTheSame((ml, rows) => ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            InputShape = Shape,
            Architecture = Architecture.ConvNet([[4, 8]]),
            Epochs = 1,
            Seed = 1,
            Threads = ThreadPolicy.Fixed(1),
            Precision = precision,
        }).Fit(rows));

    [Fact]
    public void A_nested_model_scores_the_same_bits_at_a_width_and_with_draws_of_its_weights() =>
        ScoresAreTheSame((ml, rows) => ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
        {
            InputShape = Shape,
            Architecture = Architecture.ConvNet([[4, 8]]),
            Epochs = 1,
            Seed = 1,
            Threads = ThreadPolicy.Fixed(1),
        }).Fit(rows).WithWidth(.5).WithSamples(2));

    private static void ScoresAreTheSame(Func<MLContext, IDataView, ITransformer> fit)
    {
        var ml = new MLContext(1);
        List<BarPicture> pictures = BarPicture.Make(40, seed: 1);
        IDataView rows = BarPicture.View(ml, pictures, BarPicture.Size * BarPicture.Size);
        IDataView features = ml.Transforms.CopyColumns("Features", nameof(BarPicture.Pixels)).Fit(rows).Transform(rows);
        ITransformer model = fit(ml, features);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-");
        try
        {
            string file = Path.Combine(folder.FullName, "model.zip"), csv = Path.Combine(folder.FullName, "rows.csv");
            ml.Model.Save(model, features.Schema, file);
            File.WriteAllLines(csv, pictures.Select(picture => string.Join(',', picture.Pixels.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));

            string[] lines = Run(BesideLibtorch(folder.CreateSubdirectory("program").FullName), file, csv, (BarPicture.Size * BarPicture.Size).ToString(CultureInfo.InvariantCulture));

            Assert.Equal(
                model.Transform(features).GetColumn<float[]>("Score").SelectMany(row => row),
                lines[..^1].SelectMany(line => line.Split(' ')).Select(bits => BitConverter.UInt32BitsToSingle(uint.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A copy of the program with the native libraries beside it that the tests have and it has not.</summary>
    private static string BesideLibtorch(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(ProgramPath)!))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => Path.GetExtension(file) is not (".json" or ".pdb" or ".xml")))
            if (Path.Combine(folder, Path.GetFileName(file)) is var link && !File.Exists(link))
                File.CreateSymbolicLink(link, file);
        return Path.Combine(folder, Path.GetFileName(ProgramPath));
    }

    private static string[] Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), "The process did not end.");
        Assert.True(process.ExitCode == 0, errors.Result + output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
