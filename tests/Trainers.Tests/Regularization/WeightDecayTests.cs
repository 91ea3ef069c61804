using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Regularization;

public sealed class WeightDecayTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Coupled_decay_adds_to_the_gradient_of_weights_only(string device)
    {
        (float[] before, float[] after, float[] gradients, ParameterLayout layout) = Apply(Regularizer.WeightDecay(0.5), device);

        Assert.Equal(before, after);
        for (int i = 0; i < layout.ParameterCount; i++)
            Assert.Equal(i < layout.WeightCount ? 0.5f * before[i] : 0, gradients[i], 6);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Decoupled_decay_shrinks_weights_only_by_the_learning_rate_times_its_coefficient(string device)
    {
        (float[] before, float[] after, float[] gradients, ParameterLayout layout) = Apply(Regularizer.WeightDecay(0.5, decoupled: true), device);

        Assert.All(gradients, gradient => Assert.Equal(0, gradient));
        for (int i = 0; i < layout.ParameterCount; i++)
            Assert.Equal(i < layout.WeightCount ? 0.95f * before[i] : before[i], after[i], 6);
    }

    [Fact]
    public void Biases_and_norm_parameters_decay_when_asked()
    {
        (float[] before, float[] after, _, _) = Apply(Regularizer.WeightDecay(0.5, decoupled: true, includeBiasesAndNorms: true), "cpu");

        for (int i = 0; i < before.Length; i++)
            Assert.Equal(0.95f * before[i], after[i], 6);
    }

    [Fact]
    public void A_coefficient_of_0_gives_the_bits_of_a_fit_without()
    {
        LoopSettings settings = Toy.Settings() with { Regularizers = [] };

        Assert.Equal(Toy.Fit(settings).Parameters, Toy.Fit(settings with { Regularizers = [Regularizer.WeightDecay(0)] }).Parameters);
        Assert.NotEqual(Toy.Fit(settings).Parameters, Toy.Fit(settings with { Regularizers = [Regularizer.WeightDecay(0.01)] }).Parameters);
    }

    private static (float[] Before, float[] After, float[] Gradients, ParameterLayout Layout) Apply(Regularizer regularizer, string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([5, 4], normalization: Normalization.Batch), 3, 2, device);
        float[] before = Numbers.Uniform(net.Parameters.Layout.ParameterCount, seed: 4);
        net.Parameters.Set(before, net.Parameters.ToArrays().Buffers);
        using StepRule rule = Optimizer.Sgd().CreateRule(net.Parameters, 1);
        using TrainingHook hook = Assert.Single(RegularizerSet.CreateHooks([regularizer], net));
        var batch = new Batch(zeros(1, 3, device: device), zeros(1, device: device), null);
        var step = new StepContext(new FitContext(net, rule), batch, zeros(1, 2, device: device), LearningRate: 0.1, Step: 0);

        hook.AfterGradient(step);
        hook.AfterStep(step);

        return (before, net.Parameters.ToArrays().Parameters, FlatParameters.ToArray(net.Parameters.Gradients), net.Parameters.Layout);
    }
}
