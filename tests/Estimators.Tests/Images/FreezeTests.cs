using Microsoft.ML;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Tests.Images;

/// <summary>What a fit is told to keep, it keeps, bit by bit; and nothing else.</summary>
public sealed class FreezeTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData("head", new[] { "head.weight", "head.bias" })]
    [InlineData("stages.1", new[] { "stages.1.0.conv.weight", "stages.1.0.norm.scale", "stages.1.0.norm.shift", "stages.1.0.norm.mean", "stages.1.0.norm.variance", "head.weight", "head.bias" })]
    public void Layers_before_the_named_one_keep_weights_and_statistics(string first, string[] trained)
    {
        IDataView rows = BarPicture.View(_ml, BarPicture.Make(120, seed: 1), 1, BarPicture.Size, BarPicture.Size);
        NeuralNetworkTransformer initial = Fit(rows, _ => { });

        NeuralNetworkTransformer tuned = Fit(rows, options =>
        {
            options.InitialModel = initial;
            options.FreezeUntil = first;
            options.Optimizer = Optimizer.AdamW();
            options.GradientClipping = 1;
        });

        Assert.Equal(trained.Order(), Changed(initial, tuned).Order());
    }

    [Fact]
    public void Frozen_statistics_stay_while_all_weights_train()
    {
        IDataView rows = BarPicture.View(_ml, BarPicture.Make(120, seed: 1), 1, BarPicture.Size, BarPicture.Size);
        NeuralNetworkTransformer initial = Fit(rows, _ => { });

        NeuralNetworkTransformer tuned = Fit(rows, options => (options.InitialModel, options.FreezeStatistics) = (initial, true));

        Assert.Equal(initial.Model.Network.Buffers, tuned.Model.Network.Buffers);
        Assert.Equal(ParameterLayout.Of(tuned.Model.Architecture, tuned.Model.InputShape, 2).Parameters.Count, Changed(initial, tuned).Count);
    }

    [Fact]
    public void A_perceptron_freezes_too()
    {
        IDataView rows = ToyRow.View(_ml);
        void Recipe(NeuralNetworkOptions options) => options.Architecture = Architecture.Mlp([8, 6], normalization: Normalization.Batch);
        NeuralNetworkTransformer initial = TaskKind.Binary.Trainer(_ml, Recipe).Fit(rows);

        NeuralNetworkTransformer tuned = TaskKind.Binary.Trainer(_ml, options => (options.Architecture, options.InitialModel, options.FreezeUntil) = (initial.Model.Architecture, initial, "layers.1")).Fit(rows);

        Assert.Equal(
            ["head.bias", "head.weight", "layers.1.norm.mean", "layers.1.norm.scale", "layers.1.norm.shift", "layers.1.norm.variance", "layers.1.weight"], Changed(initial, tuned).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Faults_are_named()
    {
        IDataView rows = ToyRow.View(_ml);
        NeuralNetworkTransformer initial = TaskKind.Binary.Trainer(_ml).Fit(rows);

        Assert.Contains("without InitialModel or InitialWeights that is random", Assert.Throws<ArgumentException>(() => TaskKind.Binary.Trainer(_ml, options => options.FreezeUntil = "head")).Message, StringComparison.Ordinal);
        string message = Assert.Throws<InvalidOperationException>(() => TaskKind.Binary.Trainer(_ml, options => (options.InitialModel, options.FreezeUntil) = (initial, "layer1")).Fit(rows)).Message;
        Assert.Contains("FreezeUntil is 'layer1', and no layer is called so. Layers after the first, in order, are: head;", message, StringComparison.Ordinal);
    }

    private static List<string> Changed(NeuralNetworkTransformer before, NeuralNetworkTransformer after)
    {
        FittedNetwork a = before.Model.Network, b = after.Model.Network;
        ParameterLayout layout = ParameterLayout.Of(a.Architecture, a.Input, a.OutputWidth);
        bool Differs(ParameterSlot slot, float[] x, float[] y) => !x.AsSpan(slot.Offset, slot.Length).SequenceEqual(y.AsSpan(slot.Offset, slot.Length));
        return
        [
            .. layout.Parameters.Where(slot => Differs(slot, a.Parameters, b.Parameters)).Select(slot => slot.Name),
            .. layout.Buffers.Where(slot => Differs(slot, a.Buffers, b.Buffers)).Select(slot => slot.Name),
        ];
    }

    private NeuralNetworkTransformer Fit(IDataView rows, Action<NeuralNetworkOptions> change)
    {
        var options = new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[4], [6]]),
            Epochs = 2,
            BatchSize = 32,
            Seed = 3,
            ValidationFraction = 0,
            Threads = ThreadPolicy.Fixed(1),
        };
        change(options);
        return _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(rows);
    }
}
