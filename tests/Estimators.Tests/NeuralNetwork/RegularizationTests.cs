using Microsoft.ML;

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
    public void Rescaling_without_a_normalisation_says_which_option_adds_one()
    {
        var ml = new MLContext(1);

        var error = Assert.Throws<InvalidOperationException>(() => TaskKind.Binary.Trainer(ml, options =>
            (options.Regularization, options.Architecture) = ([Regularizer.WeightRescaling()], Architecture.Mlp([8]))).Fit(ToyRow.View(ml)));

        Assert.Contains("normalization: Normalization.Batch", error.Message, StringComparison.Ordinal);
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
