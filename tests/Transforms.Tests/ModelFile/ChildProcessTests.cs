using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.ModelFile;

/// <summary>A model file in a process whose code knows ML.NET only.</summary>
public sealed class ChildProcessTests
{
    private const int Rows = 300;

    [Theory]
    [InlineData("Multiclass")]
    [InlineData("Regression")]
    public void Another_process_that_names_none_of_our_types_loads_the_model_and_scores_the_same_bits_without_libtorch(string task)
    {
        NeuralNetworkTransformer model = Models.Create(Nets.Standardized(Enum.Parse<NetTask>(task)));
        var source = new TestView(Rows, TestColumn.Features());
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-");
        try
        {
            string file = Path.Combine(folder.FullName, "model.zip"), csv = Path.Combine(folder.FullName, "rows.csv");
            new MLContext(1).Model.Save(model, source.Schema, file);
            File.WriteAllLines(csv, Enumerable.Range(0, Rows).Select(row =>
                string.Join(',', TestColumn.FeaturesOf(row).Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));
            string[] lines = Run(file, csv, Nets.Inputs.ToString(CultureInfo.InvariantCulture));

            Assert.Equal("libtorch: none", lines[^1]);
            Assert.Equal(
                model.Transform(source).ScoreBits(),
                lines[..^1].SelectMany(line => line.Split(' ')).Select(bits => (int)uint.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static string[] Run(params string[] arguments)
    {
        string program = typeof(ChildProcessTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "ChildProcess").Value!;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(30_000), "The process did not end.");
        Assert.True(process.ExitCode == 0, errors.Result + output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
