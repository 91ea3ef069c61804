using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Images;

/// <summary>Convolutional nets that start from fitted ones and train jointly.</summary>
public sealed class JointPictureTests
{
    private const int Size = BarPicture.Size;
    private readonly MLContext _ml = new(1);

    [Fact]
    public void A_conv_net_is_selected_for_fine_tuned_and_keeps_the_targets_head_only()
    {
        IDataView source = BarPicture.View(_ml, BarPicture.Make(300, seed: 1), 1, Size, Size), target = BarPicture.View(_ml, BarPicture.Make(40, seed: 2), 1, Size, Size);
        IDataView test = BarPicture.View(_ml, BarPicture.Make(200, seed: 3), 1, Size, Size);
        NeuralNetworkTransformer pretrained = Fit(source, _ => { });
        var embedding = _ml.Transforms.NetworkEmbedding("Embedding", pretrained).Fit(source);
        PretrainingSelectionTransformer selection = _ml.Transforms.SelectPretrainingData(embedding.Transform(target), "Embedding").Fit(embedding.Transform(source));

        NeuralNetworkTransformer model = Fit(target, o =>
        {
            (o.InitialModel, o.Architecture, o.PretrainingData) = (pretrained, null, new PretrainingData(selection.Select(embedding.Transform(source))));
            (o.Epochs, o.Augmentation) = (6, new Augmentation { PaddedCrop = 0.1 });
        });

        Assert.Equal(["lying", "upright"], selection.Report.Classes.Select(line => line.Name).Order());
        Assert.Equal(pretrained.Model.ParameterCount, model.Model.ParameterCount);
        Assert.Equal(300, model.Report.PretrainingRows);
        Assert.Equal(4, model.Report.InitialModel!.HeadTaken.Count); // both classes of both heads
        Assert.Empty(model.Report.InitialModel.Fresh);
        Assert.True(_ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy > 0.9);
    }

    private NeuralNetworkTransformer Fit(IDataView rows, Action<NeuralNetworkOptions> change)
    {
        var options = new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[8], [16]]),
            Epochs = 12,
            BatchSize = 20,
            Seed = 3,
            ValidationFraction = 0,
        };
        change(options);
        return _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(rows);
    }
}
