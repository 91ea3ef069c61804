using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

/// <summary>The trainers in ML.NET's own company: schemas, evaluation, cross-validation, importance, engines, files.</summary>
public sealed class PipelineTests
{
    private static readonly JsonSerializerOptions AnyNumber = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void The_promised_schema_is_the_one_that_comes(TaskKind task)
    {
        var ml = new MLContext();
        IDataView rows = task.Prepared(ml, ToyRow.View(ml));
        NeuralNetworkTrainer trainer = task.Trainer(ml);
        SchemaShape promised = trainer.GetOutputSchema(Transforms.Interop.SchemaShapes.Of(rows.Schema));

        DataViewSchema schema = trainer.Fit(rows).GetOutputSchema(rows.Schema);
        SchemaShape actual = Transforms.Interop.SchemaShapes.Of(schema);

        Assert.Equal(Describe(actual), Describe(promised));
    }

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void Cross_validation_works(TaskKind task)
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml, 300);
        double[] scores = task switch
        {
            TaskKind.Multiclass => [.. ml.MulticlassClassification.CrossValidate(rows, task.Pipeline(ml, options => options.Epochs = 40), 3).Select(fold => fold.Metrics.MicroAccuracy)],
            TaskKind.Binary => [.. ml.BinaryClassification.CrossValidate(rows, task.Pipeline(ml, options => options.Epochs = 40), 3, task.LabelColumn()).Select(fold => fold.Metrics.Accuracy)],
            _ => [.. ml.Regression.CrossValidate(rows, task.Pipeline(ml, options => options.Epochs = 40), 3, task.LabelColumn()).Select(fold => fold.Metrics.RSquared)],
        };

        Assert.Equal(3, scores.Length);
        Assert.All(scores, score => Assert.True(score > 0.5, $"{score}"));
    }

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void A_saved_model_scores_the_same_after_loading_and_keeps_its_report(TaskKind task)
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml);
        ITransformer model = task.Pipeline(ml).Fit(rows);
        using var file = new MemoryStream();
        ml.Model.Save(model, rows.Schema, file);
        file.Position = 0;

        ITransformer loaded = new MLContext().Model.Load(file, out _);

        Assert.Equal(task.Scores(model.Transform(rows)), task.Scores(loaded.Transform(rows)));
        TrainingReport before = Last(model).Report;
        TrainingReport after = Last(loaded).Report;
        Assert.Equal(JsonSerializer.Serialize(before.Epochs, AnyNumber), JsonSerializer.Serialize(after.Epochs, AnyNumber)); // lists within are compared by value
        Assert.Equal((before.Seed, before.BestEpoch, before.Device, before.Parameters), (after.Seed, after.BestEpoch, after.Device, after.Parameters));
    }

    [Fact]
    public void Permutation_importance_finds_the_features_that_matter()
    {
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(ToyRow.Make(600).Select(row => new { row.Positive, A = row.Features[0] + (row.Positive ? 2f : -2f), B = row.Features[1], C = 0f }).ToList());
        IDataView rows = ml.Transforms.Concatenate("Features", "A", "B", "C").Fit(loaded).Transform(loaded); // the untyped overload wants slot names
        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(ml, options => options.Epochs = 20).Fit(rows);
        IDataView scored = model.Transform(rows);

        var typed = ml.BinaryClassification.PermutationFeatureImportance(model, scored, nameof(ToyRow.Positive));
        var untyped = ml.BinaryClassification.PermutationFeatureImportanceNonCalibrated((ITransformer)model, scored, nameof(ToyRow.Positive));

        Assert.True(typed[0].Accuracy.Mean < -0.3, $"{typed[0].Accuracy.Mean}");
        Assert.Equal(0, typed[2].Accuracy.Mean);
        Assert.Equal(["A", "B", "C"], untyped.Keys.Order(StringComparer.Ordinal));
        Assert.True(untyped["A"].Accuracy.Mean < -0.3);
    }

    [Fact]
    public void An_engine_predicts_what_transform_predicts_also_after_another_was_disposed()
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml);
        ITransformer model = TaskKind.Regression.Pipeline(ml).Fit(rows);
        float[] expected = TaskKind.Regression.Scores(model.Transform(rows));
        ml.Model.CreatePredictionEngine<ToyRow, Prediction>(model).Dispose();
        using PredictionEngine<ToyRow, Prediction> engine = ml.Model.CreatePredictionEngine<ToyRow, Prediction>(model);

        Assert.Equal(expected, ToyRow.Make(400).Select(row => engine.Predict(row).Score));
        Assert.Equal(expected, TaskKind.Regression.Scores(model.Transform(rows)));
    }

    [Fact]
    public void A_validation_set_is_measured_whole_and_in_place_of_a_share()
    {
        var ml = new MLContext(1);
        IDataView validation = ToyRow.View(ml, 123, seed: 9);
        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(ml, options => options.EarlyStoppingPatience = 0).Fit(ToyRow.View(ml, 400), validation);

        Assert.Equal((400, 123), (model.Report.TrainingRows, model.Report.ValidationRows));
        double accuracy = ml.BinaryClassification.Evaluate(model.Transform(validation), nameof(ToyRow.Positive)).Accuracy;
        Assert.Equal(accuracy, model.Report.Epochs[^1].ValidationMetric, 6);
    }

    [Fact]
    public void The_automatic_share_is_stratified_and_left_out_for_few_rows()
    {
        var ml = new MLContext(1);
        TrainingReport many = TaskKind.Binary.Trainer(ml).Fit(ToyRow.View(ml, 1000)).Report;
        TrainingReport few = TaskKind.Binary.Trainer(ml).Fit(ToyRow.View(ml, 400)).Report;

        Assert.InRange(many.ValidationRows, 99, 101);
        Assert.Equal(1000, many.TrainingRows + many.ValidationRows);
        Assert.Equal((400, 0), (few.TrainingRows, few.ValidationRows));
    }

    [Fact]
    public void Log_and_progress_tell_of_every_epoch()
    {
        var ml = new MLContext(1);
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.RawMessage);
        var reports = new List<TrainingProgress>();

        TaskKind.Binary.Trainer(ml, options => options.Progress = new Recorder(reports)).Fit(ToyRow.View(ml));

        Assert.Equal(5, lines.Count(line => line.StartsWith("Epoch ", StringComparison.Ordinal)));
        Assert.Equal(1, reports[^1].Fraction);
    }

    [Fact]
    public void Cancelling_the_context_stops_a_fit()
    {
        var ml = new MLContext(1);
        MethodInfo cancel = typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!; // what AutoML calls
        var reports = new Recorder([]) { OnReport = _ => cancel.Invoke(ml, null) };

        Assert.ThrowsAny<OperationCanceledException>(() =>
            TaskKind.Binary.Trainer(ml, options => (options.Progress, options.Epochs) = (reports, 10_000)).Fit(ToyRow.View(ml)));
    }

    [Fact]
    public void A_cancelled_fit_can_keep_what_it_has()
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        var reports = new Recorder([]) { OnReport = report => Cancel(report) };
        void Cancel(TrainingProgress report)
        {
            if (report.Epoch == 2)
                source.Cancel();
        }

        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(ml, options =>
        {
            options.Progress = reports;
            options.Epochs = 10_000;
            options.CancellationToken = source.Token;
            options.OnCancellation = CancellationBehavior.KeepBest;
        }).Fit(ToyRow.View(ml));

        Assert.Equal(StopReason.Cancelled, model.Report.StopReason);
        Assert.Equal(400, model.Transform(ToyRow.View(ml)).GetColumn<float>("Score").Count());
    }

    [Fact]
    public void An_interrupted_fit_goes_on_from_its_checkpoint_with_the_same_bits()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-fit-");
        try
        {
            float[] Fit(Action<NeuralNetworkOptions> change)
            {
                var ml = new MLContext(1);
                return TaskKind.Binary.Scores(TaskKind.Binary.Trainer(ml, change).Fit(ToyRow.View(ml)).Transform(ToyRow.View(ml)));
            }

            float[] expected = Fit(options => options.Epochs = 6);
            using var source = new CancellationTokenSource();
            var reports = new Recorder([]) { OnReport = report => { if (report.Epoch == 3) source.Cancel(); } };
            Assert.ThrowsAny<OperationCanceledException>(() => Fit(options =>
                (options.Epochs, options.CheckpointFolder, options.CancellationToken, options.Progress) = (6, folder.FullName, source.Token, reports)));
            Assert.Single(folder.GetFiles());

            var resumed = new List<TrainingProgress>();
            Assert.Equal(expected, Fit(options => (options.Epochs, options.CheckpointFolder, options.Progress) = (6, folder.FullName, new Recorder(resumed))));
            Assert.Equal(4, resumed[0].Epoch);
            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static NeuralNetworkTransformer Last(ITransformer model) =>
        model as NeuralNetworkTransformer ?? ((IEnumerable<ITransformer>)model).OfType<NeuralNetworkTransformer>().Last();

    private static IEnumerable<string> Describe(SchemaShape shape) => shape.Select(column =>
        $"{column.Name} {column.Kind} {column.ItemType} key={column.IsKey} [{string.Join(", ", column.Annotations.Select(annotation => annotation.Name).Order(StringComparer.Ordinal))}]").Order(StringComparer.Ordinal);

    private sealed class Prediction
    {
        public float Score { get; set; }
    }

    private sealed class Recorder(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public Action<TrainingProgress> OnReport { get; init; } = static _ => { };

        public void Report(TrainingProgress value)
        {
            reports.Add(value);
            OnReport(value);
        }
    }
}
