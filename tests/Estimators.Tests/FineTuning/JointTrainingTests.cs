using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Tests.FineTuning;

/// <summary>A fit on target rows and pre-training rows together.</summary>
public sealed class JointTrainingTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlextensions-joint-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void Every_task_trains_beside_pre_training_rows_of_any_task(TaskKind task)
    {
        IDataView rows = task.Prepared(_ml, ToyRow.View(_ml, 300)), test = task.Prepared(_ml, ToyRow.View(_ml, 100, seed: 9));
        foreach (TaskKind source in Enum.GetValues<TaskKind>())
        {
            IDataView sourceRows = source.Prepared(_ml, ToyRow.View(_ml, 500, seed: 4));
            NeuralNetworkTransformer model = task.Trainer(_ml, o =>
            {
                o.Epochs = 25;
                o.PretrainingData = new PretrainingData(sourceRows) { LabelColumnName = source.LabelColumn() };
            }).Fit(rows);

            Assert.Equal(task == TaskKind.Multiclass ? 3 : 1, model.Model.OutputWidth); // the target's head only
            Assert.Equal(ParameterLayout.Of(model.Model.Architecture, 4, model.Model.OutputWidth).ParameterCount, model.Model.ParameterCount);
            Assert.Equal((300, 500), (model.Report.TrainingRows, model.Report.PretrainingRows));
            Assert.All(model.Report.Epochs, epoch => Assert.True(epoch.PretrainingLoss > 0));
            double right = task switch
            {
                TaskKind.Multiclass => _ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy,
                TaskKind.Binary => _ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(test), "Positive").Accuracy,
                _ => _ml.Regression.Evaluate(model.Transform(test), "Number").RSquared,
            };
            Assert.True(right > 0.75, $"{task} beside {source}: {right}");
        }
    }

    [Fact]
    public void Pre_training_rows_of_the_same_question_help_a_handful_of_target_rows()
    {
        // Whether two numbers have the same sign, among twelve: 30 rows do not show which two matter, and a linear model never learns it.
        IDataView rows = Signs(30, 3), test = Signs(600, 8), source = Signs(3000, 5);
        double Accuracy(PretrainingData? pretraining) => _ml.BinaryClassification.EvaluateNonCalibrated(_ml.BinaryClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            Architecture = Architecture.Mlp([32, 8], normalization: Normalization.Batch),
            Epochs = 400,
            BatchSize = 15,
            Seed = 3,
            PretrainingData = pretraining,
        }).Fit(rows).Transform(test)).Accuracy;

        double alone = Accuracy(null), joint = Accuracy(new PretrainingData(source) { Ratio = 8, Lambda = 1 });
        Assert.True(joint > alone + 0.15, $"alone {alone}, joint {joint}");
    }

    [Fact]
    public void Source_classes_keep_their_own_indices_when_only_some_take_part()
    {
        // A key of three values of which the first has no row: the source's head still has three outputs.
        IDataView all = TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 400, seed: 4));
        IDataView some = _ml.Data.FilterByCustomPredicate(all, (KeyRow row) => row.Label == 1); // true drops
        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(_ml, o =>
        {
            o.InitialModel = TaskKind.Multiclass.Trainer(_ml).Fit(all);
            o.PretrainingData = new PretrainingData(some);
        }).Fit(ToyRow.View(_ml));

        Assert.Equal(["high", "low", "middle"], model.Report.InitialModel!.HeadTaken);
        Assert.Equal(["Binary"], model.Report.InitialModel.HeadFresh);
    }

    [Fact]
    public void Rows_without_any_label_column_train_by_consistency()
    {
        IDataView unlabelled = _ml.Data.LoadFromEnumerable(ToyRow.Make(500, 4).Select(row => new FeaturesOnly { Features = row.Features }).ToList());
        foreach (TaskKind task in new[] { TaskKind.Multiclass, TaskKind.Binary })
        {
            NeuralNetworkTransformer model = task.Trainer(_ml, o =>
            {
                o.Epochs = 10;
                o.PretrainingData = new PretrainingData(unlabelled) { Loss = PretrainingLoss.Consistency(threshold: 0.8), Lambda = 1 };
            }).Fit(task.Prepared(_ml, ToyRow.View(_ml)));

            Assert.Equal(500, model.Report.PretrainingRows);
            Assert.All(model.Report.Epochs, epoch => Assert.True(double.IsFinite(epoch.PretrainingLoss)));
        }
    }

    [Fact]
    public void Weights_of_pre_training_rows_count()
    {
        List<ToyRow> contradicting = ToyRow.Make(800, 4);
        foreach (ToyRow row in contradicting[..400])
            (row.Positive, row.Weight) = (!row.Positive, 0); // half of them lie, and weigh nothing
        double Loss(string? weight) => TaskKind.Binary.Trainer(_ml, o =>
        {
            o.Epochs = 20;
            o.PretrainingData = new PretrainingData(_ml.Data.LoadFromEnumerable(contradicting)) { LabelColumnName = "Positive", ExampleWeightColumnName = weight };
        }).Fit(ToyRow.View(_ml)).Report.Epochs[^1].PretrainingLoss;

        Assert.True(Loss("Weight") < 0.7 * Loss(null));
    }

    [Fact]
    public void A_cancelled_joint_fit_goes_on_from_its_checkpoint_with_the_same_result()
    {
        IDataView rows = ToyRow.View(_ml), source = TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 500, seed: 4));
        NeuralNetworkTransformer initial = TaskKind.Multiclass.Trainer(_ml).Fit(source);
        NeuralNetworkTransformer Fit(Action<NeuralNetworkOptions> change) => TaskKind.Binary.Trainer(_ml, o =>
        {
            (o.Epochs, o.InitialModel, o.PretrainingData, o.Regularization) = (8, initial, new PretrainingData(source), [Regularizer.WeightRescaling()]);
            o.Optimizer = Optimizer.Sgd();
            change(o);
        }).Fit(rows);
        float[] expected = TaskKind.Binary.Scores(Fit(_ => { }).Transform(rows));

        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Fit(o =>
        {
            (o.CheckpointFolder, o.CancellationToken) = (_folder.FullName, cancellation.Token);
            o.Progress = new Direct(progress =>
            {
                if (progress.Epoch == 4)
                    cancellation.Cancel();
            });
        }));
        Assert.Single(_folder.GetFiles());
        NeuralNetworkTransformer resumed = Fit(o => o.CheckpointFolder = _folder.FullName);

        Assert.Equal(expected, TaskKind.Binary.Scores(resumed.Transform(rows)));
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void A_checkpoint_of_other_pre_training_data_is_not_taken()
    {
        IDataView rows = ToyRow.View(_ml);
        void CancelledFit(IDataView source, double lambda)
        {
            using var cancellation = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => TaskKind.Binary.Trainer(_ml, o =>
            {
                (o.CheckpointFolder, o.CancellationToken) = (_folder.FullName, cancellation.Token);
                o.PretrainingData = new PretrainingData(source) { LabelColumnName = "Positive", Lambda = lambda };
                o.Progress = new Direct(_ => cancellation.Cancel());
            }).Fit(rows));
        }

        CancelledFit(ToyRow.View(_ml, 300, 4), 0.3);
        CancelledFit(ToyRow.View(_ml, 300, 4), 0.3);
        Assert.Single(_folder.GetFiles());
        CancelledFit(ToyRow.View(_ml, 300, 5), 0.3);
        CancelledFit(ToyRow.View(_ml, 300, 4), 0.4);
        Assert.Equal(3, _folder.GetFiles().Length);
    }

    [Fact]
    public void A_nested_net_starts_from_a_plain_one_and_trains_jointly()
    {
        IDataView source = TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 400, seed: 4)), target = TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 200));
        NeuralNetworkTransformer plain = TaskKind.Multiclass.Trainer(_ml, o => o.Epochs = 20).Fit(source);
        BayesianNestedTransformer model = _ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
        {
            InitialModel = plain,
            PretrainingData = new PretrainingData(source),
            Epochs = 10,
            BatchSize = 32,
            Seed = 3,
            Regularization = [Regularizer.WeightRescaling()],
            Optimizer = Optimizer.Sgd(),
        }).Fit(target);

        Assert.Equal(400, model.Report.PretrainingRows);
        Assert.Contains("layers.0.weight", model.Report.InitialModel!.Taken);
        Assert.Equal(6, model.Report.InitialModel.HeadTaken.Count); // of both heads
        Assert.All(model.Report.Epochs, epoch => Assert.True(epoch.PretrainingLoss > 0));
        Assert.True(_ml.MulticlassClassification.Evaluate(model.Transform(TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 200, seed: 9)))).MicroAccuracy > 0.7);
        var error = Assert.Throws<ArgumentException>(() => _ml.Regression.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions { PretrainingData = new PretrainingData(source) }));
        Assert.Contains("PretrainingData is for the classification tasks of nested nets", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Early_stopping_keeps_the_best_weights_of_the_target()
    {
        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(_ml, o =>
        {
            (o.Epochs, o.EarlyStoppingPatience, o.ValidationSet, o.LearningRate) = (200, 3, ToyRow.View(_ml, 200, 6), 0.01);
            o.PretrainingData = new PretrainingData(ToyRow.View(_ml, 500, 4)) { LabelColumnName = "Positive" };
        }).Fit(ToyRow.View(_ml, 60));

        Assert.Equal(StopReason.EarlyStopping, model.Report.StopReason);
        Assert.Equal(model.Report.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch, model.Report.BestEpoch);
    }

    private IDataView Signs(int rows, int seed)
    {
        var random = new Random(seed);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(_ =>
        {
            float[] x = [.. Enumerable.Range(0, 12).Select(_ => random.NextSingle() * 2 - 1)];
            return new SignRow { Features = x, Label = x[2] * x[7] > 0 };
        }).ToList());
    }

    private sealed class SignRow
    {
        [VectorType(12)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }

    private sealed class FeaturesOnly
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class Direct(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
