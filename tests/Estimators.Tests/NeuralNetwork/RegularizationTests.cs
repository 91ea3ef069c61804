using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

/// <summary>Regularisers as a user sets them: in the options of any trainer.</summary>
public sealed class RegularizationTests
{
    private static readonly Regularizer[] Both = [Regularizer.WeightRescaling(), Regularizer.ScaleShiftInvariant(1e-3)];
    private static readonly Regularizer[] All = [Regularizer.AdversarialTraining(0.05, steps: 2), .. Both];

    [Theory]
    [MemberData(nameof(Tasks.All), MemberType = typeof(Tasks))]
    public void A_fit_with_rescaling_penalty_and_attacked_rows_learns_and_scores_the_same_after_loading(TaskKind task)
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml, 600);
        ITransformer model = task.Pipeline(ml, options => (options.Regularization, options.Epochs, options.LearningRate) = (All, 20, 0.01)).Fit(rows);
        using var file = new MemoryStream();
        ml.Model.Save(model, rows.Schema, file);
        file.Position = 0;

        Assert.Equal(task.Scores(model.Transform(rows)), task.Scores(new MLContext().Model.Load(file, out _).Transform(rows)));
        IDataView scored = model.Transform(ToyRow.View(ml, 300, seed: 2));
        double score = task switch
        {
            TaskKind.Multiclass => ml.MulticlassClassification.Evaluate(scored).MicroAccuracy,
            TaskKind.Binary => ml.BinaryClassification.Evaluate(scored, nameof(ToyRow.Positive)).Accuracy,
            _ => ml.Regression.Evaluate(scored, nameof(ToyRow.Number)).RSquared,
        };
        Assert.True(score > 0.85, $"{score}");
    }

    [Fact]
    public void An_interrupted_fit_with_them_goes_on_with_the_same_bits()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-fit-");
        try
        {
            var ml = new MLContext(1);
            IDataView rows = ToyRow.View(ml);
            float[] Fit(Action<NeuralNetworkOptions> change) => TaskKind.Binary.Scores(TaskKind.Binary.Trainer(ml, options =>
            {
                options.Regularization = All;
                change(options);
            }).Fit(rows).Transform(rows));
            float[] expected = Fit(_ => { });
            using var source = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => Fit(options =>
                (options.CheckpointFolder, options.CancellationToken, options.Progress) = (folder.FullName, source.Token, new CancelIn(3, source))));

            Assert.Equal(expected, Fit(options => options.CheckpointFolder = folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Their_own_weight_decay_takes_the_place_of_the_default_optimisers()
    {
        var ml = new MLContext(1);

        Assert.NotNull(TaskKind.Binary.Trainer(ml, options => options.Regularization = [Regularizer.WeightDecay(1e-3)]).Fit(ToyRow.View(ml)));
    }

    [Fact]
    public void Regularisers_that_do_not_go_with_the_recipe_are_named_in_one_message_when_the_trainer_is_made()
    {
        var error = Assert.Throws<ArgumentException>(() => TaskKind.Binary.Trainer(new MLContext(1), options =>
            (options.Regularization, options.Architecture) = (Both, Architecture.Mlp([8], Activation.Gelu))));

        foreach (string part in new[] { "has 2 faults", "Mlp([8], Gelu, None, dropout 0) has none", "normalization: Normalization.Batch", "Gelu in", "allowApproximate" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adamp")]
    [InlineData("sgdp")]
    [InlineData("standardisation")]
    [InlineData("matched")]
    public void Rivals_and_variants_learn_and_score_the_same_after_loading(string variant)
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml, 600);
        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(ml, options =>
        {
            (options.Epochs, options.LearningRate) = (20, 0.02);
            switch (variant)
            {
                case "adamp":
                    options.Optimizer = Optimizer.AdamP(0.1);
                    break;
                case "sgdp":
                    options.Optimizer = Optimizer.SgdP(1e-4);
                    break;
                case "standardisation":
                    options.Architecture = Architecture.Mlp([16], normalization: Normalization.Batch, weightStandardization: true);
                    break;
                default:
                    (options.Architecture, options.Regularization) = (Architecture.Mlp([16]), [Regularizer.ScaleShiftInvariant().MatchWeightDecay(1e-4)]);
                    break;
            }
        }).Fit(rows);
        using var file = new MemoryStream();
        ml.Model.Save(model, rows.Schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(file, out _);

        Assert.Equal(TaskKind.Binary.Scores(model.Transform(rows)), TaskKind.Binary.Scores(loaded.Transform(rows)));
        double least = variant == "standardisation" ? 0.75 : 0.9; // rows of mean 0 do not see the sum of the features, which is part of the rule
        double accuracy = ml.BinaryClassification.Evaluate(model.Transform(ToyRow.View(ml, 300, seed: 2)), nameof(ToyRow.Positive)).Accuracy;
        Assert.True(accuracy > least, $"{accuracy}");
    }

    [Fact]
    public void Options_and_telemetry_are_in_the_report_of_the_saved_model()
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml, 600);
        using var file = new MemoryStream();
        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(ml, options => options.Regularization = Both).Fit(rows);
        ml.Model.Save(model, rows.Schema, file);
        file.Position = 0;
        var loaded = (NeuralNetworkTransformer)new MLContext().Model.Load(file, out _);

        TrainingReport report = loaded.Report;
        Assert.Contains("AdamOptimizer", report.Optimizer, StringComparison.Ordinal);
        Assert.Equal(3, report.Regularization.Count); // the optimiser's decay too
        Assert.Contains("Period = 1", report.Regularization[0], StringComparison.Ordinal);
        Assert.Equal(model.Report.Epochs.Select(epoch => epoch.Telemetry!.LogIntrinsicNorm), report.Epochs.Select(epoch => epoch.Telemetry!.LogIntrinsicNorm));
        IDataView epochs = report.ToDataView(ml);
        Assert.Equal(report.Epochs.Select(epoch => epoch.Telemetry!.MeanInputGradientNorm), epochs.GetColumn<double>("MeanInputGradientNorm"));
        IDataView layers = report.LayersToDataView(ml);
        Assert.Equal(2 * report.Epochs.Count, layers.GetColumn<string>("Weight").Count());
        Assert.All(layers.GetColumn<double>("TurningAngle"), angle => Assert.True(angle > 0));
    }

    [Fact]
    public void Telemetry_can_be_switched_off_and_changes_no_score()
    {
        var ml = new MLContext(1);
        IDataView rows = ToyRow.View(ml);
        NeuralNetworkTransformer with = TaskKind.Binary.Trainer(ml).Fit(rows);
        NeuralNetworkTransformer without = TaskKind.Binary.Trainer(ml, options => options.Telemetry = false).Fit(rows);

        Assert.Equal(TaskKind.Binary.Scores(with.Transform(rows)), TaskKind.Binary.Scores(without.Transform(rows)));
        Assert.All(without.Report.Epochs, epoch => Assert.Null(epoch.Telemetry));
        Assert.Empty(without.Report.LayersToDataView(ml).GetColumn<string>("Weight"));
        Assert.All(without.Report.ToDataView(ml).GetColumn<double>("LogIntrinsicNorm"), value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void A_penalty_that_acts_on_the_output_layer_alone_warns_in_the_log()
    {
        var ml = new MLContext(1);
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.RawMessage);

        TaskKind.Binary.Trainer(ml, options => options.Regularization = [Regularizer.ScaleShiftInvariant()]).Fit(ToyRow.View(ml));

        Assert.Contains(lines, line => line.Contains("acts only on 'head.weight'", StringComparison.Ordinal));
    }

    [Fact]
    public void Collapsing_norms_stop_the_fit_with_a_warning_and_a_model()
    {
        var ml = new MLContext(1);
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.RawMessage);

        NeuralNetworkTransformer model = TaskKind.Binary.Trainer(ml, options =>
        {
            (options.Architecture, options.Epochs, options.LearningRate, options.EarlyStoppingPatience) = (Architecture.Mlp([16]), 60, 0.01, 0);
            (options.Optimizer, options.Regularization) = (Optimizer.Adam(), [Regularizer.ScaleShiftInvariant(20)]);
        }).Fit(ToyRow.View(ml));

        Assert.Equal(StopReason.NormCollapse, model.Report.StopReason);
        Assert.Equal(model.Report.Epochs.Count, model.Report.BestEpoch);
        Assert.Contains(lines, line => line.Contains("lambda1 = 20", StringComparison.Ordinal));
    }

    [Fact]
    public void Faults_of_their_settings_come_with_the_others()
    {
        var options = new NeuralNetworkOptions { Epochs = 0, Regularization = [Regularizer.WeightRescaling(0, double.NaN), Regularizer.ScaleShiftInvariant(-1, double.PositiveInfinity)] };

        var error = Assert.Throws<ArgumentException>(() => new MLContext().BinaryClassification.Trainers.NeuralNetwork(options));

        foreach (string part in new[] { "has 5 faults", "Epochs is 0", "period is 0", "norm is NaN", "lambda1 is -1", "lambda2 is" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private sealed class CancelIn(int epoch, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch == epoch)
                source.Cancel();
        }
    }
}
