using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Selection;

/// <summary>The stage inside pipelines: what is trained, what is scored, what is saved.</summary>
public sealed class SelectionInPipelineTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlextensions-selection-");
    private readonly IDataView _source;

    public SelectionInPipelineTests() => _source = Blobs.View(_ml, Blobs.Source());

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(SelectionLevel.Classes)]
    [InlineData(SelectionLevel.Rows)]
    public void What_follows_is_trained_on_the_chosen_rows_and_every_row_is_scored(SelectionLevel level)
    {
        TransformerChain<NeuralNetworkTransformer> model = Stage(o => (o.Level, o.Budget) = (level, level == SelectionLevel.Classes ? SelectionBudget.Count(2) : SelectionBudget.Count(60)))
            .Append(Trainer()).Fit(_source);

        Assert.Equal(60, model.LastTransformer.Report.TrainingRows);
        Assert.Equal(8, model.LastTransformer.Model.OutputWidth); // the source's own indices
        Assert.Equal(240, model.Transform(_source).GetColumn<uint>("PredictedLabel").Count());
    }

    [Fact]
    public void A_weight_column_serves_the_trainer_and_is_one_when_scoring()
    {
        PretrainingSelectionTransformer stage = Stage(o => (o.Budget, o.WeightColumnName) = (SelectionBudget.Count(3), "Importance")).Fit(_source);
        IDataView selected = stage.Select(_source);
        float[] weights = [.. selected.GetColumn<float>("Importance")];
        var byClass = Blobs.Classes(selected).Zip(weights).GroupBy(pair => pair.First).ToDictionary(group => group.Key, group => group.Select(pair => pair.Second).Distinct().Single());

        Assert.Equal(1, weights.Average(), 1e-5);
        SelectedClass[] chosen = [.. stage.Report.Classes.Where(line => line.IsSelected)];
        Assert.Equal(chosen[0].Score / chosen[2].Score, byClass[chosen[0].Name] / byClass[chosen[2].Name], 1e-4);
        Assert.All(stage.Transform(_source).GetColumn<float>("Importance"), weight => Assert.Equal(1, weight));
        var model = Stage(o => (o.Budget, o.WeightColumnName) = (SelectionBudget.Count(3), "Importance")).Append(Trainer(o => o.ExampleWeightColumnName = "Importance")).Fit(_source);
        Assert.Equal(90, model.LastTransformer.Report.TrainingRows);
    }

    [Fact]
    public void A_prediction_engine_takes_rows_without_label()
    {
        IDataView unlabelled = _ml.Data.LoadFromEnumerable(Array.Empty<Input>());
        foreach (string? weight in new[] { null, "Importance" })
        {
            var model = Stage(o => (o.Budget, o.WeightColumnName) = (SelectionBudget.Count(2), weight)).Append(Trainer(o => o.ExampleWeightColumnName = weight)).Fit(_source);
            using PredictionEngine<Input, Output> engine = _ml.Model.CreatePredictionEngine<Input, Output>(model, unlabelled.Schema);
            Assert.Equal(8, engine.Predict(new Input { Features = Blobs.Source()[0].Features }).Score.Length);
        }
    }

    [Fact]
    public void Cross_validation_and_the_early_check_of_schemas_work()
    {
        var pipeline = Stage(o => o.Budget = SelectionBudget.Count(4)).Append(Trainer());
        Assert.Equal(2, _ml.MulticlassClassification.CrossValidate(_source, pipeline, 2).Count);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Stage(o => o.EmbeddingColumnName = "Number").Append(Trainer()).Fit(_source));
        Assert.Contains("Schema mismatch for Embedding column 'Number': expected a vector of Single", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentOutOfRangeException>(() => Stage(o => o.LabelColumnName = "Class").Append(Trainer()).Fit(_source));
        Assert.Contains("Schema mismatch for Label column 'Class': expected a key", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SelectionLevel.Classes)]
    [InlineData(SelectionLevel.Rows)]
    public void A_saved_stage_comes_back_with_its_report_and_its_choice(SelectionLevel level)
    {
        PretrainingSelectionTransformer stage = Stage(o => (o.Level, o.Budget, o.WeightColumnName) = (level, SelectionBudget.Count(3), "Importance")).Fit(_source);
        string file = Path.Combine(_folder.FullName, "stage.zip");
        _ml.Model.Save(stage, _source.Schema, file);
        var loaded = (PretrainingSelectionTransformer)new MLContext(9).Model.Load(file, out _);

        Assert.Equal(stage.Report.ToCsv(), loaded.Report.ToCsv());
        Assert.Equal(stage.Report.Targets, loaded.Report.Targets);
        Assert.Equal(stage.Report.ToString(), loaded.Report.ToString());
        Assert.Equal(stage.Select(_source).GetColumn<float>("Importance"), loaded.Select(_source).GetColumn<float>("Importance"));
        Assert.Equal(stage.Select(_source).GetColumn<float>("Number"), loaded.Select(_source).GetColumn<float>("Number"));
    }

    [Fact]
    public void The_report_is_a_table_with_the_mass_to_every_target_class()
    {
        SelectionReport report = Stage(_ => { }).Fit(_source).Report;
        string path = Path.Combine(_folder.FullName, "report.csv");
        report.SaveCsv(path);
        string[] lines = File.ReadAllLines(path);

        Assert.Equal("rank,class_index,class,selected,rows,selected_rows,score,nearest_target,nearest_distance,mass_to_A,mass_to_C", lines[0]);
        Assert.Equal(9, lines.Length);
        string[] first = lines[1].Split(',');
        Assert.Equal(report.Classes[0].Score, double.Parse(first[6], CultureInfo.InvariantCulture)); // nothing lost
        Assert.Equal(report.Classes[0].Score, report.Classes[0].MassToTargets.Sum(), 1e-6);
        IDataView view = report.ToDataView(_ml);
        Assert.Equal(report.Classes.Select(line => line.Name), view.GetColumn<string>("Name"));
        Assert.Equal(report.Classes.Select(line => line.MassToTargets[1]), view.GetColumn<double[]>("MassToTargets").Select(masses => masses[1]));
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["MassToTargets"].GetSlotNames(ref names);
        Assert.Equal(["A", "C"], names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void Selected_fine_tuned_with_weight_rescaling_saved_and_loaded_in_another_process_the_model_predicts_the_same_bits()
    {
        IDataView target = Blobs.View(_ml, Blobs.Target());
        PretrainingSelectionEstimator Selection() => Stage(o => o.Budget = SelectionBudget.Count(3));
        ITransformer pretrained = Selection().Append(Trainer()).Fit(_source);
        IDataView selected = Selection().Fit(_source).Select(_source);
        var fineTuned = _ml.Transforms.NormalizeMinMax("Features", fixZero: true).Append(Trainer(o =>
        {
            (o.InitialModel, o.PretrainingData, o.Regularization, o.Optimizer) = (pretrained, new PretrainingData(selected), [Regularizer.WeightRescaling()], Optimizer.Sgd());
            o.Epochs = 20;
        })).Fit(target);

        Assert.True(_ml.MulticlassClassification.Evaluate(fineTuned.Transform(target)).MicroAccuracy > 0.95);
        foreach ((ITransformer model, string name) in new[] { (pretrained, "pretrained"), (fineTuned, "tuned") })
        {
            string file = Path.Combine(_folder.FullName, name + ".zip"), csv = Path.Combine(_folder.FullName, name + ".csv");
            _ml.Model.Save(model, target.Schema, file);
            IDataView rows = _ml.Data.LoadFromEnumerable(Blobs.Source(3).Select(row => new Input { Features = row.Features }));
            File.WriteAllLines(csv, Blobs.Source(3).Select(row => string.Join(',', row.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));
            string[] lines = InAnotherProcess(file, csv);

            Assert.Equal(
                model.Transform(rows).GetColumn<float[]>("Score").Select(score => string.Join(' ', score.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture)))),
                lines[..^1]);
        }
    }

    private static string[] InAnotherProcess(string model, string rows)
    {
        string program = typeof(SelectionInPipelineTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "ChildProcess").Value!;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, model, rows, Blobs.Width.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result + output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private PretrainingSelectionEstimator Stage(Action<PretrainingSelectionOptions> change)
    {
        var options = new PretrainingSelectionOptions();
        change(options);
        return _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target()), options);
    }

    private NeuralNetworkTrainer Trainer(Action<NeuralNetworkOptions>? change = null)
    {
        var options = new NeuralNetworkOptions { Architecture = Architecture.Mlp([16], normalization: Normalization.Batch), Epochs = 4, BatchSize = 16, Seed = 3, Threads = ThreadPolicy.Fixed(1) };
        change?.Invoke(options);
        return _ml.MulticlassClassification.Trainers.NeuralNetwork(options);
    }

    private sealed class Input
    {
        [VectorType(Blobs.Width)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Output
    {
        public float[] Score { get; set; } = [];
    }
}
