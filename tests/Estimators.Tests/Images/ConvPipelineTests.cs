using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Tests.Support;
using MLExtensions.Trainers.Nets;
using SkiaSharp;

namespace MLExtensions.Estimators.Tests.Images;

/// <summary>From a folder of pictures to a convolutional net and back.</summary>
public sealed class ConvPipelineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ConvPipelineTests-").FullName;
    private readonly MLContext _ml = new(1);

    public ConvPipelineTests()
    {
        // Upright and level bars at random places: no single pixel tells which.
        var random = new Random(1);
        for (int i = 0; i < 120; i++)
        {
            bool upright = i % 2 == 0;
            using var bitmap = new SKBitmap(16, 16, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            bitmap.Erase(new SKColor((byte)random.Next(60), (byte)random.Next(60), (byte)random.Next(60)));
            int place = random.Next(2, 14);
            for (int j = 2; j < 14; j++)
                bitmap.SetPixel(upright ? place : j, upright ? j : place, new SKColor(200, 220, (byte)random.Next(256)));
            string path = Path.Combine(_folder, upright ? "upright" : "level", $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, TestPictures.Png(bitmap));
        }
    }

    [Fact]
    public void A_folder_trains_a_convolutional_net_that_scores_alike_after_a_round_trip()
    {
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        ITransformer model = Pipeline(Options()).Fit(view);
        IDataView scored = model.Transform(view);
        Assert.True(_ml.MulticlassClassification.Evaluate(scored).MicroAccuracy > 0.95);
        string file = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(model, view.Schema, file);
        Assert.Equal(scored.GetColumn<float[]>("Score"), new MLContext().Model.Load(file, out _).Transform(view).GetColumn<float[]>("Score"));
    }

    [Fact]
    public void Streamed_pictures_are_decoded_again_in_every_epoch_and_train_as_well()
    {
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        ITransformer model = Pipeline(Options(o => o.Cache = CachePolicy.Stream(64))).Fit(view);
        Assert.True(_ml.MulticlassClassification.Evaluate(model.Transform(view)).MicroAccuracy > 0.9);
    }

    [Fact]
    public void The_budget_of_the_cache_counts_pixels_as_bytes()
    {
        // 120 x 192 x 64 x 64 numbers: 1.4 MB as bytes, 5.6 MB as float32.
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        var lines = new List<string>();
        _ml.Log += (_, e) => lines.Add(e.Message);
        foreach ((int megabytes, bool streamed) in new[] { (2, false), (1, true) })
        {
            lines.Clear();
            Pipeline(Options(o => (o.Cache, o.Epochs) = (CachePolicy.Budget(megabytes, 16), 1)), side: 64).Fit(view);
            Assert.Equal(streamed, lines.Any(line => line.Contains("rows read anew every epoch", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void An_augmented_fit_that_goes_on_equals_one_that_never_stopped()
    {
        IDataView rows = Prepared();
        string checkpoints = Path.Combine(_folder, "checkpoints");
        NeuralNetworkOptions Augmented(CancellationToken token, IProgress<TrainingProgress>? progress, string? folder) => Options(o =>
        {
            o.Augmentation = Augmentation.Strong;
            o.Epochs = 4;
            o.CheckpointFolder = folder;
            o.CancellationToken = token;
            o.Progress = progress;
        });
        float[] whole = Fit(Augmented(TestContext.Current.CancellationToken, null, null), rows).Parameters;
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Fit(Augmented(source.Token, new StopAfter(source, epoch: 2), checkpoints), rows));
        Assert.NotEmpty(Directory.GetFiles(checkpoints));
        Assert.Equal(whole, Fit(Augmented(TestContext.Current.CancellationToken, null, checkpoints), rows).Parameters);
        Assert.NotEqual(whole, Fit(Options(o => o.Epochs = 4), rows).Parameters);
    }

    [Fact]
    public void Validation_and_scoring_see_the_pictures_as_they_are()
    {
        // With a rate near zero the weights stay, so the validation loss of every epoch is the same although the training rows change.
        FittedNetwork fitted = Fit(Options(o => (o.Augmentation, o.LearningRate, o.Epochs, o.ValidationFraction, o.Architecture) = (Augmentation.Strong, 1e-12, 3, 0.2, Architecture.ConvNet([[4]], Normalization.None))), Prepared());
        double[] losses = [.. fitted.Report.Epochs.Select(epoch => epoch.ValidationLoss)];
        Assert.All(losses, loss => Assert.Equal(losses[0], loss, 1e-6));
        Assert.NotEqual(fitted.Report.Epochs[0].TrainingLoss, fitted.Report.Epochs[1].TrainingLoss, 1e-4);
    }

    [Fact]
    public void Augmentation_is_refused_for_nets_and_columns_that_are_no_pictures()
    {
        string message = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            Architecture = Architecture.Mlp([4]),
            Augmentation = Augmentation.Light with { Rotation = 200 },
        })).Message;
        Assert.Contains("Augmentation is set, but Mlp([4]", message, StringComparison.Ordinal);
        Assert.Contains("Rotation is 200; allowed is 0 to 180 degrees", message, StringComparison.Ordinal);
        IDataView rows = TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 50));
        message = Assert.Throws<InvalidOperationException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions { Augmentation = Augmentation.Light }).Fit(rows)).Message;
        Assert.Contains("feature column 'Features' is no picture: it is Vector<Single, 4>", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_a_convolutional_net_go_out_and_in_again()
    {
        string file = Path.Combine(_folder, "net.safetensors");
        IDataView rows = Prepared();
        var trained = (NeuralNetworkTransformer)_ml.MulticlassClassification.Trainers.NeuralNetwork(Options()).Fit(rows);
        trained.SaveWeights(file);
        var again = (NeuralNetworkTransformer)_ml.MulticlassClassification.Trainers.NeuralNetwork(Options(o => (o.InitialWeights, o.Epochs, o.LearningRate) = (file, 1, 1e-12))).Fit(rows);
        Assert.True(again.Report.InitialWeights!.HeadLoaded);
        Assert.All(trained.Model.Network.Parameters.Zip(again.Model.Network.Parameters), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void With_test_time_augmentation_a_picture_and_its_mirror_image_score_alike_also_after_a_round_trip()
    {
        IDataView rows = Prepared();
        var plain = (NeuralNetworkTransformer)_ml.MulticlassClassification.Trainers.NeuralNetwork(Options(o => o.Epochs = 2)).Fit(rows);
        NeuralNetworkTransformer both = plain.WithTestTimeAugmentation();
        IDataView mirrored = _ml.Transforms.CustomMapping<Picture, Mirror>(
            (from, to) => to.Features = [.. from.Features.Chunk(16).SelectMany(line => line.Reverse())], contractName: null).Fit(rows).Transform(rows);
        float[][] own = Scores(both, rows);
        Assert.All(own.Zip(Scores(both, mirrored)), pair => Assert.All(pair.First.Zip(pair.Second), x => Assert.Equal(x.First, x.Second, 1e-5f)));
        Assert.Contains(Scores(plain, rows).Zip(Scores(plain, mirrored)), pair => Math.Abs(pair.First[0] - pair.Second[0]) > 1e-3);
        Assert.Contains(own.Zip(Scores(plain, rows)), pair => Math.Abs(pair.First[0] - pair.Second[0]) > 1e-3);
        Assert.Equal(Scores(plain, rows), Scores(both.WithTestTimeAugmentation(false), rows));
        string file = Path.Combine(_folder, "both.zip");
        _ml.Model.Save(both, rows.Schema, file);
        Assert.Equal(own, Scores((NeuralNetworkTransformer)_ml.Model.Load(file, out _), rows));
        NeuralNetworkTransformer vectors = TaskKind.Multiclass.Trainer(_ml, o => o.Epochs = 1).Fit(TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 50)));
        Assert.Contains("was trained on plain vectors of 4 features", Assert.Throws<InvalidOperationException>(() => vectors.WithTestTimeAugmentation()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static float[][] Scores(NeuralNetworkTransformer model, IDataView rows) => [.. model.Transform(rows).GetColumn<float[]>("Score")];

    private sealed class Picture
    {
        [VectorType(3, 16, 16)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Mirror
    {
        [VectorType(3, 16, 16)]
        public float[] Features { get; set; } = [];
    }

    private static NeuralNetworkOptions Options(Action<NeuralNetworkOptions>? change = null)
    {
        var options = new NeuralNetworkOptions
        {
            Architecture = Architecture.ConvNet([[8], [8]]),
            Epochs = 12,
            BatchSize = 16,
            Seed = 1,
            ValidationFraction = 0,
            Threads = ThreadPolicy.Fixed(1),
        };
        change?.Invoke(options);
        return options;
    }

    private EstimatorChain<NeuralNetworkTransformer> Pipeline(NeuralNetworkOptions options, int side = 16) => _ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(_ml.Transforms.ImagePixels("Features", "ImagePath", side, side)).Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(options));

    private IDataView Prepared()
    {
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.ImagePixels("Features", "ImagePath", 16, 16)).Fit(view).Transform(view);
    }

    private FittedNetwork Fit(NeuralNetworkOptions options, IDataView rows) => _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(rows).Model.Network;

    private sealed class StopAfter(CancellationTokenSource source, int epoch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Fraction * value.Epochs >= epoch)
                source.Cancel();
        }
    }
}
