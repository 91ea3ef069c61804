using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Tests.Images;

namespace MLExtensions.Estimators.Tests.Nested;

/// <summary>Nested convolutional nets through ML.NET.</summary>
public sealed class NestedConvTrainerTests
{
    private const int Size = BarPicture.Size;
    private static readonly MLContext Ml = new(1);

    [Fact]
    public void A_fitted_net_is_good_at_its_widths_costs_less_where_it_is_narrow_and_is_saved_loaded_and_cut_out()
    {
        IDataView test = BarPicture.View(Ml, BarPicture.Make(150, seed: 2), 1, Size, Size);
        BayesianNestedTransformer model = Fit(500, o => o.Epochs = 14);
        BayesianNestedModel facts = model.Model;

        Assert.InRange(AccuracyOf(model), .9, 1);
        Assert.InRange(AccuracyOf(model.WithWidth(.5).WithSamples(4).WithUncertainty()), .8, 1);
        Assert.True(model.WithWidth(.5).WithSamples(4).WithUncertainty().Transform(test).GetColumn<float>("MutualInformation").Max() > 0);
        long[] costs = [.. facts.Widths.Select(facts.MultiplyAddsAt)], numbers = [.. facts.Widths.Select(facts.ParametersAt)];
        Assert.True(costs.Zip(costs.Skip(1)).All(pair => pair.First < pair.Second));
        Assert.True(numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second));
        Assert.Equal(facts.Architecture, model.Extract(1).Model.Architecture);
        Assert.Equal(1, facts.WidthProbabilities(1).Sum(), 1e-9);
        WidthTable table = model.MeasureWidths(test, [.25, 1]);
        Assert.True(table.Widths[0].Bytes < .2 * table.Widths[1].Bytes);

        using var stream = new MemoryStream();
        Ml.Model.Save(model.WithWidth(.5), test.Schema, stream);
        ITransformer loaded = Ml.Model.Load(stream, out _);
        Assert.Equal(ScoresOf(model.WithWidth(.5)), ScoresOf(loaded));
        Assert.Equal(ScoresOf(model.WithWidth(.25).WithSamples(3)), ScoresOf(loaded.WithBayesianNested(net => net.WithWidth(.25).WithSamples(3))));

        NeuralNetworkTransformer small = model.Extract(.25);
        Assert.Equal([2, 4], Assert.IsType<NarrowedArchitecture>(small.Model.Architecture).Channels);
        stream.SetLength(0);
        Ml.Model.Save(small, test.Schema, stream);
        Assert.Equal(ScoresOf(model.WithWidth(.25)), ScoresOf(Ml.Model.Load(stream, out _)));
        double median = model.WithWidth(.25).Transform(test).GetColumn<float[]>("Score").Select(p => (double)p.Max()).Order().ElementAt(75);
        BayesianNestedTransformer adaptive = model.AdaptiveWidth(.25, median);
        Assert.Equal(2, adaptive.Transform(test).GetColumn<float>("WidthUsed").Distinct().Count());

        double AccuracyOf(ITransformer view) => Ml.MulticlassClassification.Evaluate(view.Transform(test)).MicroAccuracy;
        float[] ScoresOf(ITransformer view) => [.. view.Transform(test).GetColumn<float[]>("Score").SelectMany(row => row)];
    }

    [Theory]
    [InlineData(NestedOrdering.Fixed)]
    [InlineData(NestedOrdering.Uniform)]
    [InlineData(NestedOrdering.None)]
    public void Other_orderings_leave_the_chain_as_it_was(NestedOrdering ordering)
    {
        BayesianNestedTransformer model = Fit(64, o => (o.Ordering, o.Epochs, o.Architecture) = (ordering, 2, Architecture.CifarResNet(8)));

        IReadOnlyList<double> widths = model.Model.WidthProbabilities(0);
        Assert.Equal(ordering == NestedOrdering.None ? 1 : 7, widths.Count);
        if (ordering == NestedOrdering.Uniform)
            Assert.All(widths, p => Assert.Equal(1.0 / 7, p, 1e-6));
        Assert.True(double.IsFinite(model.Report.Epochs[^1].TrainingLoss));
    }

    [Fact]
    public void Kernels_before_a_normalisation_are_rescaled_and_pictures_may_be_augmented()
    {
        BayesianNestedTransformer model = Fit(64, o =>
        {
            o.Epochs = 2;
            o.Regularization = [Regularizer.WeightRescaling()];
            o.Augmentation = new Augmentation { HorizontalFlip = true };
        });

        ReadOnlySpan<float> kernel = model.Model.Network.Parameter("stages.0.1.conv.weight");
        int each = kernel.Length / 16;
        for (int row = 0; row < 16; row++)
            Assert.Equal(1, Math.Sqrt(kernel.Slice(row * each, each).ToArray().Sum(w => (double)w * w)), 1e-4);
    }

    [Fact]
    public void A_regression_learns_a_mean_and_one_noise_and_a_plain_net_starts_a_nested_one()
    {
        IDataView rows = BarPicture.View(Ml, BarPicture.Make(64, seed: 3), 1, Size, Size);
        BayesianNestedTransformer regression = Ml.Regression.Trainers.BayesianNestedNetwork(Options(o => (o.LabelColumnName, o.Epochs) = (nameof(BarPicture.Brightness), 2))).Fit(rows);
        float[] noise = [.. regression.WithUncertainty().Transform(rows).GetColumn<float>("NoiseDeviation")];
        Assert.True(noise[0] > 0);
        Assert.All(noise, value => Assert.Equal(noise[0], value, noise[0] * 1e-4));
        Assert.Single(regression.Extract(.5).Transform(rows).GetColumn<float>("Score").Take(1));

        NeuralNetworkTransformer plain = Ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[8, 16]]),
            Epochs = 1,
            Seed = 1,
            Threads = ThreadPolicy.Fixed(1),
        }).Fit(rows);
        BayesianNestedTransformer tuned = Fit(64, o => (o.InitialModel, o.Architecture, o.Epochs) = (plain, null, 1));
        Assert.Equal(plain.Model.Architecture, tuned.Model.Architecture);
        Assert.Contains("stages.0.0.conv.weight", tuned.Report.InitialModel!.Taken);
    }

    [Fact]
    public void Recipes_and_options_that_cannot_be_nested_say_so_and_name_the_cure()
    {
        Refused(o => o.Architecture = Architecture.MobileNetV2(), "Use Architecture.Mlp, ConvNet, Vgg, ResNet or CifarResNet");
        Refused(o => o.Architecture = Architecture.Vgg(), "Leave dropout out");
        Refused(o => o.Architecture = Architecture.CifarResNet(20, CifarShortcut.ZerosAround), "ZerosAtEnd or Projection");
        Refused(o => o.Precision = Precision.BFloat16, "nested nets train and score in Float32");
        Refused(o => (o.Architecture, o.Augmentation) = (null, new Augmentation { HorizontalFlip = true }), "give a convolutional recipe");
        IDataView vectors = BarPicture.View(Ml, BarPicture.Make(20, seed: 1), Size * Size);
        Assert.Contains("needs pictures", Assert.Throws<InvalidOperationException>(() => Ml.MulticlassClassification.Trainers.BayesianNestedNetwork(Options()).Fit(vectors)).Message, StringComparison.Ordinal);

        static void Refused(Action<BayesianNestedNetworkOptions> change, string part) => Assert.Contains(
            part, Assert.Throws<ArgumentException>(() => Ml.MulticlassClassification.Trainers.BayesianNestedNetwork(Options(change))).Message, StringComparison.Ordinal);
    }

    private static BayesianNestedTransformer Fit(int rows, Action<BayesianNestedNetworkOptions>? change = null) =>
        Ml.MulticlassClassification.Trainers.BayesianNestedNetwork(Options(change)).Fit(BarPicture.View(Ml, BarPicture.Make(rows, seed: 1), 1, Size, Size));

    private static BayesianNestedNetworkOptions Options(Action<BayesianNestedNetworkOptions>? change = null)
    {
        var options = new BayesianNestedNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[8, 16]]),
            Groups = 8,
            FloorGroups = 2,
            Epochs = 8,
            BatchSize = 32,
            Seed = 3,
            Threads = ThreadPolicy.Fixed(1),
        };
        change?.Invoke(options);
        return options;
    }
}
