using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Tests.Selection;

namespace MLExtensions.Estimators.Tests.Nested;

/// <summary>All four methods in one story: select, fine-tune a nested net with WRS, evaluate its uncertainty, and score at three widths in a process that knows ML.NET only.</summary>
public sealed class AllTogetherTests : IDisposable
{
    private static readonly double[] Widths = [.25, .5, 1];

    private readonly MLContext _ml = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlextensions-all-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Selected_rows_fine_tune_a_nested_net_that_another_process_scores_at_three_widths()
    {
        IDataView source = Blobs.View(_ml, Blobs.Source()), target = Blobs.View(_ml, Blobs.Target(12)), test = Blobs.View(_ml, Blobs.Target(60));
        IDataView selected = _ml.Transforms.SelectPretrainingData(target, budget: SelectionBudget.Count(4)).Fit(source).Select(source);
        Assert.Equal(["a", "b", "c", "d"], Blobs.Classes(selected).Distinct().Order()); // the nearest of each target class, and the second nearest

        BayesianNestedTransformer model = _ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
        {
            Architecture = Architecture.Mlp([16, 8], normalization: Normalization.Batch),
            Groups = 8,
            PretrainingData = new PretrainingData(selected),
            Regularization = [Regularizer.WeightRescaling()],
            Epochs = 60,
            Seed = 3,
        }).Fit(target);

        Assert.True(model.Report.PretrainingRows > 0);
        foreach (double width in Widths)
        {
            BayesianNestedTransformer view = model.WithWidth(width).WithSamples(4);
            MulticlassUncertaintyMetrics metrics = _ml.MulticlassClassification.EvaluateUncertainty(view.Transform(test));
            Assert.True(metrics.Accuracy > .9, $"width {width}: {metrics.Accuracy}");
            Assert.Equal(Bits(view.Transform(test)), InAnotherProcess(view, test));
        }
    }

    private string[] InAnotherProcess(BayesianNestedTransformer view, IDataView rows)
    {
        string model = Path.Combine(_folder.FullName, "model.zip"), csv = Path.Combine(_folder.FullName, "rows.csv");
        _ml.Model.Save(view, rows.Schema, model);
        File.WriteAllLines(csv, rows.GetColumn<float[]>("Features").Select(row => string.Join(',', row.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))));
        string program = typeof(AllTogetherTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == "ChildProcess").Value!;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, model, csv, Blobs.Width.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("libtorch: none", lines[^1]);
        return lines[..^1];
    }

    private static string[] Bits(IDataView scored) =>
        [.. scored.GetColumn<float[]>("Score").Select(row => string.Join(' ', row.Select(p => BitConverter.SingleToUInt32Bits(p).ToString("x8", CultureInfo.InvariantCulture))))];
}
