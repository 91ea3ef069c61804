using Microsoft.ML;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

public sealed class InitialWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("InitialWeightsTests-").FullName;
    private readonly MLContext _ml = new(1);

    [Fact]
    public void A_fit_that_starts_from_saved_weights_goes_on_from_there()
    {
        string file = Path.Combine(_folder, "net.safetensors");
        NeuralNetworkTransformer first = Fit(null, epochs: 5);
        first.SaveWeights(file);
        // A rate near zero keeps the weights where they started.
        NeuralNetworkTransformer second = Fit(file, epochs: 1, rate: 1e-12);
        FittedNetwork a = first.Model.Network, b = second.Model.Network;
        Assert.All(a.Parameters.Zip(b.Parameters), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.True(second.Report.InitialWeights!.HeadLoaded);
        Assert.Empty(second.Report.InitialWeights.Missing);
        Assert.Null(first.Report.InitialWeights);
    }

    [Fact]
    public void The_report_of_the_weights_is_saved_with_the_model()
    {
        string file = Path.Combine(_folder, "net.safetensors");
        Fit(null, epochs: 1).SaveWeights(file);
        string model = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(Fit(file, epochs: 1), null, model);
        var loaded = (NeuralNetworkTransformer)_ml.Model.Load(model, out _);
        Assert.Equal(file, loaded.Report.InitialWeights!.File);
        Assert.Contains("head.bias", loaded.Report.InitialWeights.Matched);
    }

    [Fact]
    public void Weights_of_another_net_are_an_error_that_says_what_was_found_and_expected()
    {
        string file = Path.Combine(_folder, "net.safetensors");
        Fit(null, epochs: 1).SaveWeights(file);
        string message = Assert.Throws<InvalidDataException>(() => Fit(file, epochs: 1, width: 7)).Message;
        string[] words = [file, "layers.0.weight has [8, 4], the net wants [7, 4]", "expected every tensor"];
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_and_a_blank_name_are_named()
    {
        Assert.Contains("'nowhere.safetensors'", Assert.Throws<FileNotFoundException>(() => Fit("nowhere.safetensors", epochs: 1)).Message, StringComparison.Ordinal);
        Assert.Contains("InitialWeights is blank", Assert.Throws<ArgumentException>(() => Fit(" ", epochs: 1)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private NeuralNetworkTransformer Fit(string? weights, int epochs, double rate = 0.01, int width = 8)
    {
        NeuralNetworkTrainer trainer = TaskKind.Multiclass.Trainer(_ml, options =>
        {
            options.Architecture = Architecture.Mlp([width], normalization: Normalization.Batch);
            options.Epochs = epochs;
            options.LearningRate = rate;
            options.InitialWeights = weights;
        });
        return trainer.Fit(TaskKind.Multiclass.Prepared(_ml, ToyRow.View(_ml, 200)));
    }
}
