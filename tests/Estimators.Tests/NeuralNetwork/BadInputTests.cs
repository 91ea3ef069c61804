using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

/// <summary>Every fault gets one message that names it, says what was found and what to do; nothing leaks.</summary>
public sealed class BadInputTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_feature_that_is_no_number_is_named_with_row_and_slot(float value)
    {
        List<ToyRow> rows = ToyRow.Make(50);
        rows[17].Features[2] = value;

        Fails<InvalidOperationException>(() => TaskKind.Binary.Trainer(_ml).Fit(View(rows)),
            $"Feature column 'Features' is {value} at slot 2 in row 17 of the training set (the first is 0); features must be finite.", "ReplaceMissingValues");
    }

    [Fact]
    public void The_slot_is_named_where_it_has_a_name()
    {
        var rows = new[] { new { A = 1f, B = 2f, Label = true }, new { A = 1f, B = float.NaN, Label = false } };
        IDataView view = _ml.Transforms.Concatenate("Features", "A", "B").Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows));

        Fails<InvalidOperationException>(() => _ml.BinaryClassification.Trainers.NeuralNetwork().Fit(view), "slot 1 ('B') in row 1");
    }

    [Fact]
    public void Empty_data() =>
        Fails<InvalidOperationException>(() => TaskKind.Binary.Trainer(_ml).Fit(View([])), "The training set has 0 rows with a label; at least 2 are needed.");

    [Fact]
    public void One_class_only() => Fails<InvalidOperationException>(
        () => TaskKind.Binary.Trainer(_ml).Fit(View([.. ToyRow.Make(100).Where(row => row.Positive)])), "have the same label in column 'Positive'", "at least 2 classes");

    [Fact]
    public void Rows_without_a_label_are_skipped_counted_and_logged()
    {
        List<ToyRow> rows = ToyRow.Make(400);
        rows[3].Number = rows[77].Number = float.NaN;
        var warnings = new List<string>();
        _ml.Log += (_, e) => warnings.Add(e.RawMessage);

        NeuralNetworkTransformer model = TaskKind.Regression.Trainer(_ml).Fit(View(rows));

        Assert.Equal((2, 398), (model.Report.SkippedRows, model.Report.TrainingRows));
        Assert.Contains(warnings, line => line.Contains("2 rows were skipped: their label in column 'Number' is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_key_is_skipped_too()
    {
        IDataView rows = View([.. ToyRow.Make(400).Select((row, i) =>
        {
            row.Class = i < 5 ? "unseen" : row.Class;
            return row;
        })]);
        IDataView known = _ml.Data.LoadFromEnumerable(new[] { new { Class = "low" }, new { Class = "middle" }, new { Class = "high" } });
        IDataView mapped = _ml.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: known).Fit(rows).Transform(rows);

        Assert.Equal(5, TaskKind.Multiclass.Trainer(_ml).Fit(mapped).Report.SkippedRows);
    }

    [Fact]
    public void An_infinite_label()
    {
        List<ToyRow> rows = ToyRow.Make(50);
        rows[4].Number = float.PositiveInfinity;

        Fails<InvalidOperationException>(() => TaskKind.Regression.Trainer(_ml).Fit(View(rows)), "Label column 'Number' is", "in row 4");
    }

    [Theory]
    [InlineData(TaskKind.Multiclass, "Class", "expected a key (ml.Transforms.Conversion.MapValueToKey makes one)")]
    [InlineData(TaskKind.Binary, "Number", "expected Boolean")]
    [InlineData(TaskKind.Regression, "Positive", "expected Single")]
    public void A_label_of_another_type(TaskKind task, string label, string expected)
    {
        NeuralNetworkTrainer trainer = task.Trainer(_ml, options => options.LabelColumnName = label);

        Fails<ArgumentOutOfRangeException>(() => trainer.Fit(View(ToyRow.Make(50))), $"Schema mismatch for Label column '{label}'", expected);
        Fails<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(Transforms.Interop.SchemaShapes.Of(View(ToyRow.Make(5)).Schema)), $"Schema mismatch for Label column '{label}'", expected);
    }

    [Fact]
    public void A_column_that_is_not_there_lists_those_that_are() => Fails<ArgumentOutOfRangeException>(
        () => TaskKind.Binary.Trainer(_ml, options => options.FeatureColumnName = "Featurs").Fit(View(ToyRow.Make(50))),
        "Feature column 'Featurs' not found", "'Features', 'Class', 'Positive', 'Number', 'Weight'");

    [Fact]
    public void Features_of_unknown_size()
    {
        IDataView view = _ml.Data.LoadFromEnumerable([new { Features = new float[] { 1, 2 }, Positive = true }, new { Features = new float[] { 1 }, Positive = false }]);

        Fails<ArgumentOutOfRangeException>(() => TaskKind.Binary.Trainer(_ml).Fit(view), "Schema mismatch for Feature column 'Features'", "of known size");
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    public void A_bad_weight(float weight)
    {
        List<ToyRow> rows = ToyRow.Make(50);
        rows[9].Weight = weight;

        Fails<InvalidOperationException>(() => Weighted().Fit(View(rows)), $"Weight column 'Weight' is {weight} in row 9", "at least 0");
    }

    [Fact]
    public void Weights_that_are_all_zero()
    {
        List<ToyRow> rows = ToyRow.Make(50);
        rows.ForEach(row => row.Weight = 0);

        Fails<InvalidOperationException>(() => Weighted().Fit(View(rows)), "All weights in column 'Weight'");
    }

    [Fact]
    public void A_validation_set_of_another_schema() => Fails<ArgumentOutOfRangeException>(
        () => TaskKind.Binary.Trainer(_ml).Fit(View(ToyRow.Make(50)), _ml.Data.LoadFromEnumerable([new { Positive = true, Other = 1f }])),
        "ValidationSet: Feature column 'Features' not found", "the same stages");

    [Fact]
    public void All_faults_of_the_options_come_in_one_message()
    {
        var options = new NeuralNetworkOptions
        {
            Epochs = 0,
            BatchSize = -1,
            LearningRate = double.NaN,
            LabelSmoothing = 1,
            ValidationFraction = 0.7,
            GradientClipping = 0,
            FeatureColumnName = " ",
            Architecture = Architecture.Mlp([0]),
            Optimizer = Optimizer.Adam(beta1: 1),
            LearningRateSchedule = LearningRateSchedule.Cosine(warmup: 2),
            Regularization = [Regularizer.WeightDecay(-1)],
            Threads = ThreadPolicy.Fixed(0),
            Cache = CachePolicy.Stream(1),
            EarlyStoppingPatience = -1,
            HuberDelta = 1,
            GpuDeviceId = -2,
        };

        var error = Assert.Throws<ArgumentException>(() => _ml.BinaryClassification.Trainers.NeuralNetwork(options));

        foreach (string name in new[] { "Epochs is 0", "BatchSize is -1", "LearningRate is NaN", "LabelSmoothing is 1", "ValidationFraction is", "GradientClipping is 0", "FeatureColumnName is blank",
            "widths[0] is 0", "beta1 is 1", "warmup is 2", "coefficient is -1", "count is 0", "bufferRows is 1", "EarlyStoppingPatience is -1", "HuberDelta is 1", "GpuDeviceId is -2" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("NeuralNetworkOptions has 16 faults:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weight_decay_given_twice() => Fails<ArgumentException>(
        () => TaskKind.Binary.Trainer(_ml, options => (options.Regularization, options.Optimizer) = ([Regularizer.WeightDecay()], Optimizer.AdamW())), "weight decay is given more than once", "Optimizer.Adam");

    [Fact]
    public void A_gpu_that_is_not_there()
    {
        Trainers.Runtime.NativeTorch.EnsureLoaded();
        int missing = torch.cuda.is_available() ? torch.cuda.device_count() : 0;

        Fails<InvalidOperationException>(() => TaskKind.Binary.Trainer(_ml, options => (options.GpuDeviceId, options.FallbackToCpu) = (missing, false)).Fit(View(ToyRow.Make(50))),
            $"GpuDeviceId is {missing}", "TorchSharp-cuda-linux", "FallbackToCpu = true");
        Assert.Equal("cpu", TaskKind.Binary.Trainer(_ml, options => (options.GpuDeviceId, options.FallbackToCpu) = (missing, true)).Fit(View(ToyRow.Make(50))).Report.Device);
        Assert.ThrowsAny<InvalidOperationException>(() => TaskKind.Binary.Trainer(new MLContext(1) { GpuDeviceId = missing, FallbackToCpu = false }).Fit(View(ToyRow.Make(50))));
    }

    [Fact]
    public void A_checkpoint_folder_that_cannot_be_written()
    {
        string file = Path.GetTempFileName();
        try
        {
            Fails<IOException>(() => TaskKind.Binary.Trainer(_ml, options => options.CheckpointFolder = Path.Combine(file, "sub")).Fit(View(ToyRow.Make(50))), "CheckpointFolder: cannot write");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_class_weight_for_a_label_that_does_not_exist() => Fails<InvalidOperationException>(
        () => TaskKind.Multiclass.Pipeline(_ml, options => options.ClassWeights = ClassWeights.ByLabel(new Dictionary<string, double> { ["hihg"] = 2 })).Fit(View(ToyRow.Make(50))),
        "no label is called 'hihg'", "'high'");

    [Fact]
    public void Nothing_leaks_on_the_failing_paths()
    {
        TaskKind.Binary.Trainer(_ml).Fit(View(ToyRow.Make(50)));
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        A_feature_that_is_no_number_is_named_with_row_and_slot(float.NaN);
        One_class_only();
        A_checkpoint_folder_that_cannot_be_written();
        Assert.Throws<InvalidOperationException>(() =>
            TaskKind.Regression.Trainer(_ml, options => (options.Optimizer, options.LearningRate) = (Optimizer.Sgd(), 1e30)).Fit(View(ToyRow.Make(50))));

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private NeuralNetworkTrainer Weighted() => TaskKind.Binary.Trainer(_ml, options => options.ExampleWeightColumnName = nameof(ToyRow.Weight));

    private IDataView View(List<ToyRow> rows) => _ml.Data.LoadFromEnumerable(rows);

    private static void Fails<TException>(Action action, params string[] parts)
        where TException : Exception
    {
        var error = Assert.Throws<TException>(action);
        foreach (string part in parts)
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
