using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.FineTuning;

/// <summary>What is taken from a fitted net.</summary>
public sealed class WeightTransferTests
{
    private const int Width = 4;

    private static readonly MlpArchitecture Recipe = Architecture.Mlp([6, 5], normalization: Normalization.Batch);

    [Fact]
    public void The_body_is_taken_with_its_statistics_and_the_head_where_classes_agree()
    {
        InitialNetwork initial = Initial(NetTask.Multiclass, ["cat", "dog", "fox"]);
        using Net net = NewNet(Recipe, 4);
        float[] random = net.Parameters.ToArrays().Parameters;

        InitialModelReport report = Apply(initial, net, new HeadOutputs(NetTask.Multiclass, 4, ["dog", "owl", "cat", "bee"]));

        (float[] values, float[] buffers) = net.Parameters.ToArrays();
        Assert.Equal(initial.Network.Buffers, buffers);
        Assert.Empty(report.Fresh);
        Assert.Equal(10, report.Taken.Count); // 2 weights, 4 norm parameters, 4 statistics
        Assert.Equal(["dog", "cat"], report.HeadTaken);
        Assert.Equal(["owl", "bee"], report.HeadFresh);
        Assert.Equal(RowOf(initial.Network.Parameters, 3, 1), RowOf(values, 4, 0));
        Assert.Equal(RowOf(random, 4, 1), RowOf(values, 4, 1));
        Assert.Equal(RowOf(initial.Network.Parameters, 3, 0), RowOf(values, 4, 2));
        Assert.Equal(initial.Network.Parameters[..(6 * Width)], values[..(6 * Width)]);
    }

    [Fact]
    public void Both_heads_of_a_joint_net_take_the_classes_that_they_know()
    {
        InitialNetwork initial = Initial(NetTask.Multiclass, ["cat", "dog", "fox"]);
        using Net net = NewNet(Recipe, 2 + 3);

        InitialModelReport report = Apply(initial, net, new HeadOutputs(NetTask.Multiclass, 2, ["owl", "fox"]), new HeadOutputs(NetTask.Multiclass, 3, ["cat", "dog", "fox"]));

        float[] values = net.Parameters.ToArrays().Parameters;
        Assert.Equal(["fox", "cat", "dog", "fox"], report.HeadTaken);
        for (int i = 0; i < 3; i++)
            Assert.Equal(RowOf(initial.Network.Parameters, 3, i), RowOf(values, 5, 2 + i));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void The_head_starts_fresh_when_it_is_not_wanted_or_classes_have_no_names(bool named, bool takeHead)
    {
        using Net net = NewNet(Recipe, 3);
        float[] random = net.Parameters.ToArrays().Parameters;

        InitialModelReport report = new WeightTransfer(Initial(NetTask.Multiclass, named ? ["a", "b", "c"] : null), net.Parameters.Layout)
            .Apply(net.Parameters, [new HeadOutputs(NetTask.Multiclass, 3, named ? ["a", "b", "c"] : null)], takeHead);

        Assert.Empty(report.HeadTaken);
        Assert.Equal(RowOf(random, 3, 1), RowOf(net.Parameters.ToArrays().Parameters, 3, 1));
    }

    [Fact]
    public void A_regression_head_predicts_the_same_number_under_another_mean_and_scale()
    {
        InitialNetwork initial = Initial(NetTask.Regression, null);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net old = NewNet(Recipe, 1);
        old.Parameters.Set(initial.Network.Parameters, initial.Network.Buffers);
        using Net net = NewNet(Recipe, 1);

        InitialModelReport report = Apply(initial, net, new HeadOutputs(NetTask.Regression, 1, null) { TargetMean = -3, TargetScale = 7 });

        Assert.Single(report.HeadTaken);
        Tensor x = Numbers.Tensor(CPU, 5, 8, Width);
        double[] before = Numbers.ToDoubles(old.Forward(x, training: false)), after = Numbers.ToDoubles(net.Forward(x, training: false));
        for (int i = 0; i < 8; i++)
            Assert.Equal(20 + 2 * before[i], -3 + 7 * after[i], 1e-4);
    }

    [Fact]
    public void Another_task_takes_the_body_only()
    {
        using Net net = NewNet(Recipe, 1);
        InitialModelReport report = Apply(Initial(NetTask.Multiclass, ["a", "b", "c"]), net, new HeadOutputs(NetTask.Binary, 1, null));

        Assert.Equal((0, 10), (report.HeadTaken.Count, report.Taken.Count));
    }

    [Fact]
    public void A_deeper_recipe_takes_the_layers_that_fit_and_says_which_are_fresh()
    {
        using Net net = NewNet(Architecture.Mlp([6, 5, 4], normalization: Normalization.Batch), 3);
        InitialModelReport report = Apply(Initial(NetTask.Multiclass, ["a", "b", "c"]), net, new HeadOutputs(NetTask.Multiclass, 3, ["a", "b", "c"]));

        Assert.Equal(10, report.Taken.Count);
        Assert.Equal("layers.2.weight", report.Fresh[0]);
        Assert.Equal(5, report.Fresh.Count);
        Assert.Empty(report.HeadTaken); // its inputs are other units
        Assert.Contains("10 of 15 parts of the body and 0 of 3 outputs", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_that_shares_nothing_is_an_error_with_the_cure()
    {
        using Net net = NewNet(Architecture.Mlp([9]), 3);
        var error = Assert.Throws<InvalidOperationException>(() => Apply(Initial(NetTask.Multiclass, null), net, new HeadOutputs(NetTask.Multiclass, 3, null)));

        Assert.Contains("no weight of Mlp([6, 5], Relu, Batch, dropout 0) fits", error.Message, StringComparison.Ordinal);
        Assert.Contains("Leave Architecture out", error.Message, StringComparison.Ordinal);
    }

    private static InitialModelReport Apply(InitialNetwork initial, Net net, params HeadOutputs[] heads) =>
        new WeightTransfer(initial, net.Parameters.Layout).Apply(net.Parameters, heads, takeHead: true);

    private static Net NewNet(Architecture recipe, int outputs)
    {
        Net net = Net.Create(recipe, Width, outputs, TestDevices.Get("cpu"));
        net.Initialize(seed: 9);
        return net;
    }

    private static InitialNetwork Initial(NetTask task, IReadOnlyList<string>? classes)
    {
        int outputs = task == NetTask.Multiclass ? 3 : 1;
        ParameterLayout layout = ParameterLayout.Of(Recipe, Width, outputs);
        var network = new FittedNetwork(
            task, Recipe, Width, outputs, Numbers.Uniform(layout.ParameterCount, 1), Numbers.Uniform(layout.BufferCount, 2, 0.5f, 1.5f), null!)
        { TargetMean = 20, TargetScale = 2 };
        return new InitialNetwork(network, classes);
    }

    private static float[] RowOf(float[] parameters, int outputs, int row)
    {
        ParameterLayout layout = ParameterLayout.Of(Recipe, Width, outputs);
        ParameterSlot weight = layout["head.weight"];
        return [.. parameters.AsSpan(weight.Offset + row * 5, 5), parameters[layout["head.bias"].Offset + row]];
    }
}
