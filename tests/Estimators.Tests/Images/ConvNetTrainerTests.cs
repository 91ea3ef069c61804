using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Images;

/// <summary>Convolutional nets through ML.NET: shapes, learning, models.</summary>
public sealed class ConvNetTrainerTests
{
    private const int Size = BarPicture.Size;
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void A_small_net_learns_what_stands_upright_wherever_it_is(Precision precision)
    {
        IDataView train = BarPicture.View(_ml, BarPicture.Make(400, seed: 1), 1, Size, Size);
        IDataView test = BarPicture.View(_ml, BarPicture.Make(200, seed: 2), 1, Size, Size);

        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options => options.Precision = precision)).Fit(train);

        Assert.Equal(InputShape.Image(1, Size, Size), model.Model.InputShape);
        Assert.True(_ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy > 0.95);
    }

    [Fact]
    public void Planar_and_interleaved_pictures_give_the_same_model()
    {
        List<BarPicture> pictures = BarPicture.Make(100, seed: 1, channels: 3);
        NeuralNetworkTransformer Fit(IDataView view) => _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options => options.Epochs = 2)).Fit(view);
        IDataView planar = BarPicture.View(_ml, pictures, 3, Size, Size);
        IDataView interleaved = BarPicture.View(_ml, BarPicture.Interleave(pictures, 3), Size, Size, 3);

        NeuralNetworkTransformer first = Fit(planar), second = Fit(interleaved);

        Assert.Equal(InputShape.Image(3, Size, Size, ImageLayout.Interleaved), second.Model.InputShape);
        float[][] a = [.. first.Transform(planar).GetColumn<float[]>("Score")], b = [.. second.Transform(interleaved).GetColumn<float[]>("Score")];
        for (int i = 0; i < a.Length; i++)
            Assert.Equal(a[i][0], b[i][0], 1e-4f);
    }

    [Theory]
    [InlineData(12, "ConvNet(")]
    [InlineData(32, "CifarResNet(20")]
    [InlineData(64, "ResNet(18")]
    public void Without_a_recipe_the_size_of_the_pictures_picks_one(int size, string recipe)
    {
        IDataView train = BarPicture.View(_ml, BarPicture.Make(4, seed: 1, channels: 3, size), 3, size, size);

        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(
            new NeuralNetworkOptions { FeatureColumnName = nameof(BarPicture.Pixels), Epochs = 1, Seed = 1, Threads = ThreadPolicy.Fixed(1) }).Fit(train);

        Assert.StartsWith(recipe, model.Model.Architecture.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flat_column_is_a_picture_where_the_options_say_so_and_a_vector_to_a_perceptron()
    {
        IDataView train = BarPicture.View(_ml, BarPicture.Make(50, seed: 1), Size * Size);
        IDataView shaped = BarPicture.View(_ml, BarPicture.Make(50, seed: 1), 1, Size, Size);

        NeuralNetworkTransformer conv = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options =>
        {
            options.InputShape = InputShape.Image(1, Size, Size);
            options.Epochs = 1;
        })).Fit(train);
        NeuralNetworkTransformer perceptron = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options =>
        {
            options.Architecture = Architecture.Mlp([8]);
            options.Epochs = 1;
        })).Fit(shaped);

        Assert.True(conv.Model.InputShape.IsImage);
        Assert.Equal(InputShape.Vector(Size * Size), perceptron.Model.InputShape);
    }

    [Fact]
    public void Each_channel_is_standardised_with_one_mean_and_deviation_which_the_model_keeps()
    {
        List<BarPicture> pictures = BarPicture.Make(60, seed: 1, channels: 2);
        foreach (BarPicture picture in pictures)
            for (int i = 0; i < Size * Size; i++)
                picture.Pixels[i] = (picture.Pixels[i] * 10) + 5000;
        IDataView train = BarPicture.View(_ml, pictures, 2, Size, Size);

        NeuralNetworkTransformer learned = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options => options.Epochs = 1)).Fit(train);
        NeuralNetworkTransformer given = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options =>
        {
            options.Epochs = 1;
            options.ChannelStatistics = new ChannelStatistics([5000, 50], [300, 30]);
        })).Fit(train);

        double[] first = [.. pictures.SelectMany(picture => picture.Pixels.Take(Size * Size).Select(value => (double)value))];
        Assert.Equal(2, learned.Model.Network.FeatureMean.Length);
        Assert.Equal(first.Average(), learned.Model.Network.FeatureMean[0], 0.01);
        Assert.Equal(Math.Sqrt(first.Average(value => Math.Pow(value - first.Average(), 2))), 1 / learned.Model.Network.FeatureFactor[0], 0.1);
        Assert.Equal([5000, 50], given.Model.Network.FeatureMean);
        Assert.Equal([1f / 300, 1f / 30], given.Model.Network.FeatureFactor);
    }

    [Fact]
    public void A_model_scores_the_same_after_save_and_load_one_by_one_and_after_its_engine_is_disposed()
    {
        List<BarPicture> pictures = BarPicture.Make(60, seed: 1);
        IDataView train = BarPicture.View(_ml, pictures, 1, Size, Size);
        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options => options.Epochs = 2)).Fit(train);
        using var file = new MemoryStream();
        _ml.Model.Save(model, train.Schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext(2).Model.Load(file, out _);

        float[][] scores = [.. model.Transform(train).GetColumn<float[]>("Score")];

        Assert.Equal(scores, loaded.Transform(train).GetColumn<float[]>("Score"));
        var schema = SchemaDefinition.Create(typeof(BarPicture));
        schema[nameof(BarPicture.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1, Size, Size);
        using (PredictionEngine<BarPicture, BarScore> engine = _ml.Model.CreatePredictionEngine<BarPicture, BarScore>(loaded, inputSchemaDefinition: schema))
            Assert.Equal(scores[7][1], engine.Predict(pictures[7]).Score[1], 1e-5f);
        Assert.Equal(scores, loaded.Transform(train).GetColumn<float[]>("Score"));
    }

    [Fact]
    public void A_fitted_model_scores_in_bfloat16_when_asked_and_stays_as_it_is()
    {
        IDataView rows = BarPicture.View(_ml, BarPicture.Make(100, seed: 1), 1, Size, Size);
        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options => options.Epochs = 3)).Fit(rows);
        float[][] scores = [.. model.Transform(rows).GetColumn<float[]>("Score")];

        NeuralNetworkTransformer rounded = model.WithPrecision(Precision.BFloat16);

        float[][] other = [.. rounded.Transform(rows).GetColumn<float[]>("Score")];
        Assert.NotEqual(scores, other);
        Assert.All(scores.Zip(other), pair => Assert.Equal(pair.First[0], pair.Second[0], 0.1f));
        Assert.Equal(scores, model.Transform(rows).GetColumn<float[]>("Score"));
        Assert.Equal(scores, rounded.WithPrecision(Precision.Float32).Transform(rows).GetColumn<float[]>("Score"));
        NeuralNetworkTransformer perceptron = _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(options => (options.Architecture, options.Epochs) = (Architecture.Mlp([4]), 1))).Fit(rows);
        Assert.Throws<InvalidOperationException>(() => perceptron.WithPrecision(Precision.BFloat16));
    }

    [Fact]
    public void The_other_tasks_train_on_pictures_too()
    {
        IDataView train = BarPicture.View(_ml, BarPicture.Make(300, seed: 1), 1, Size, Size);

        NeuralNetworkTransformer binary = _ml.BinaryClassification.Trainers.NeuralNetwork(Options(options => options.LabelColumnName = nameof(BarPicture.Upright))).Fit(train);
        NeuralNetworkTransformer regression = _ml.Regression.Trainers.NeuralNetwork(Options(options => (options.LabelColumnName, options.Epochs) = (nameof(BarPicture.Brightness), 40))).Fit(train);

        Assert.InRange(_ml.BinaryClassification.Evaluate(binary.Transform(train), nameof(BarPicture.Upright)).Accuracy, 0.95, 1);
        Assert.InRange(_ml.Regression.Evaluate(regression.Transform(train), nameof(BarPicture.Brightness)).RSquared, 0.6, 1);
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        IDataView flat = BarPicture.View(_ml, BarPicture.Make(4, seed: 1), Size * Size);
        IDataView shaped = BarPicture.View(_ml, BarPicture.Make(4, seed: 1), 1, Size, Size);

        Fails(flat, options => options.InputShape = InputShape.Image(3, 12, 12),
            "InputShape is 3 x 12 x 12 (Planar), which makes 432 numbers a row; feature column 'Pixels' has 144.", "144 numbers would be pictures of 1 x 12 x 12");
        Fails(flat, _ => { }, "ConvNet([[4, 8]], Batch, dropout 0) needs pictures, and the features are a plain vector of 144 numbers.", "InputShape.Image(");
        Fails(shaped, options => options.Architecture = Architecture.ResNet(18, ImageStem.ImageNet),
            "ResNet(18, ImageNet) shrinks pictures by a factor of 32, so they must be at least 32 pixels high and wide; these are 12 x 12.");
        Fails(shaped, options => options.ChannelStatistics = ChannelStatistics.ImageNet(), "ChannelStatistics has 3 channels; feature column 'Pixels' has pictures of 1 x 12 x 12");
    }

    private void Fails(IDataView view, Action<NeuralNetworkOptions> change, params string[] parts)
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(Options(change)).Fit(view));
        foreach (string part in parts)
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    private static NeuralNetworkOptions Options(Action<NeuralNetworkOptions> change)
    {
        var options = new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[4, 8]]),
            Epochs = 15,
            BatchSize = 32,
            Seed = 3,
            ValidationFraction = 0,
            Threads = ThreadPolicy.Fixed(1),
        };
        change(options);
        return options;
    }

    private sealed class BarScore
    {
        public float[] Score { get; set; } = [];
    }
}
