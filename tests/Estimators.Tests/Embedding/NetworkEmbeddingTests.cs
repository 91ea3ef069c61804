using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Tests.Images;

namespace MLExtensions.Estimators.Tests.Embedding;

/// <summary>A net's features as a column.</summary>
public sealed class NetworkEmbeddingTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void The_output_layer_on_the_features_of_a_perceptron_gives_its_scores()
    {
        IDataView rows = ToyRow.View(_ml);
        NeuralNetworkTransformer net = TaskKind.Regression.Trainer(_ml, options => options.Architecture = Architecture.Mlp([16, 6], Activation.Gelu, Normalization.Batch)).Fit(rows);

        float[][] features = [.. Embed(rows, net).GetColumn<float[]>("Embedding")];

        var network = net.Model.Network;
        float[] head = network.Parameters[(4 * 16 + 16 * 6)..(4 * 16 + 16 * 6 + 7)]; // weight and bias of the output layer
        float[] scores = [.. net.Transform(rows).GetColumn<float>("Score")];
        Assert.All(features, row => Assert.Equal(6, row.Length));
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(scores[i], ((features[i].Zip(head, (a, b) => a * b).Sum() + head[6]) * network.TargetScale) + network.TargetMean, 1e-3f);
    }

    [Fact]
    public void A_convolutional_net_gives_its_vector_too_and_all_survive_the_model_file()
    {
        List<BarPicture> pictures = BarPicture.Make(60, seed: 1);
        IDataView train = BarPicture.View(_ml, pictures, 1, BarPicture.Size, BarPicture.Size);
        NeuralNetworkTransformer net = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[4], [5]]),
            Epochs = 1,
            Seed = 1,
            Threads = ThreadPolicy.Fixed(1),
        }).Fit(train);
        NetworkEmbeddingTransformer embedding = _ml.Transforms.NetworkEmbedding("Embedding", net).Fit(train);
        using var file = new MemoryStream();
        _ml.Model.Save(embedding, train.Schema, file);
        file.Position = 0;

        IDataView loaded = new MLContext(2).Model.Load(file, out _).Transform(train);

        float[][] features = [.. embedding.Transform(train).GetColumn<float[]>("Embedding")];
        Assert.Equal(5 * 3 * 3, embedding.Width);
        Assert.Contains(features, row => row.Distinct().Count() > 5);
        Assert.Equal(features, loaded.GetColumn<float[]>("Embedding"));
        embedding.Dispose();
        Assert.Equal(features, embedding.Transform(train).GetColumn<float[]>("Embedding"));
    }

    [Fact]
    public void A_recipe_with_a_weight_file_gives_the_features_of_the_net_that_wrote_it()
    {
        IDataView train = BarPicture.View(_ml, BarPicture.Make(60, seed: 1), 1, BarPicture.Size, BarPicture.Size);
        var statistics = new ChannelStatistics([60], [40]);
        NeuralNetworkTransformer net = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.CifarResNet(8),
            ChannelStatistics = statistics,
            Epochs = 1,
            Seed = 1,
            Threads = ThreadPolicy.Fixed(1),
        }).Fit(train);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-");
        try
        {
            string file = Path.Combine(folder.FullName, "net.safetensors");
            net.SaveWeights(file);

            NetworkEmbeddingTransformer published = _ml.Transforms.NetworkEmbedding("Embedding", nameof(BarPicture.Pixels), Architecture.CifarResNet(8), file, statistics).Fit(train);

            float[][] features = [.. published.Transform(train).GetColumn<float[]>("Embedding")];
            Assert.Equal(64, published.Width);
            Assert.Equal(Embed(train, net).GetColumn<float[]>("Embedding"), features);
            using var saved = new MemoryStream();
            _ml.Model.Save(published, train.Schema, saved);
            saved.Position = 0;
            Assert.Equal(features, new MLContext(2).Model.Load(saved, out _).Transform(train).GetColumn<float[]>("Embedding"));
            Assert.Throws<InvalidDataException>(() => _ml.Transforms.NetworkEmbedding("E", nameof(BarPicture.Pixels), Architecture.ConvNet(), file).Fit(train));
            Assert.Contains("depth is 9", Assert.Throws<ArgumentException>(() => _ml.Transforms.NetworkEmbedding("E", "Pixels", Architecture.CifarResNet(9), file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_simple_trainer_learns_from_the_features_of_a_net_in_one_pipeline()
    {
        IDataView rows = ToyRow.View(_ml, rows: 500);
        NeuralNetworkTransformer net = TaskKind.Binary.Trainer(_ml).Fit(rows);

        ITransformer model = _ml.Transforms.NetworkEmbedding("Embedding", net)
            .Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression(nameof(ToyRow.Positive), "Embedding")).Fit(rows);

        Assert.True(_ml.BinaryClassification.Evaluate(model.Transform(ToyRow.View(_ml, 300, seed: 2)), nameof(ToyRow.Positive)).Accuracy > 0.9);
    }

    [Fact]
    public void Faults_are_named()
    {
        IDataView rows = ToyRow.View(_ml);
        NeuralNetworkTransformer net = TaskKind.Binary.Trainer(_ml).Fit(rows);
        NeuralNetworkTransformer linear = TaskKind.Binary.Trainer(_ml, options => options.Architecture = Architecture.Mlp([])).Fit(rows);
        ITransformer other = _ml.Transforms.CopyColumns("A", "Features").Fit(rows);

        Assert.Contains("holds no neural net", Assert.Throws<ArgumentException>(() => _ml.Transforms.NetworkEmbedding("E", other)).Message, StringComparison.Ordinal);
        Assert.Contains("is a linear model", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.NetworkEmbedding("E", linear)).Message, StringComparison.Ordinal);
        Assert.Contains("Input column 'Nothing' not found", Assert.Throws<ArgumentOutOfRangeException>(() => Embed(rows, net, "Nothing")).Message, StringComparison.Ordinal);
        Assert.Contains("expected a vector of 4 Single", Assert.Throws<ArgumentOutOfRangeException>(() => Embed(rows, net, "Number")).Message, StringComparison.Ordinal);
        Assert.Contains("expected a vector of Single",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.NetworkEmbedding("E", net, "Number").Append(_ml.Transforms.CopyColumns("A", "E")).Fit(rows)).Message, StringComparison.Ordinal);
    }

    private IDataView Embed(IDataView rows, ITransformer model, string? input = null) => _ml.Transforms.NetworkEmbedding("Embedding", model, input).Fit(rows).Transform(rows);
}
