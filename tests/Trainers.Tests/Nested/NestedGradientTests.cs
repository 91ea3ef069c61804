using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nested;

public sealed class NestedGradientTests
{
    // Before a method is compiled that names torch's static fields.
    public NestedGradientTests() => NativeTorch.EnsureLoaded();

    private const int Rows = 24;

    public static TheoryData<Normalization, Activation> Nets => new()
    {
        { Normalization.None, Activation.Tanh }, { Normalization.Batch, Activation.Tanh }, { Normalization.Batch, Activation.Silu }, { Normalization.None, Activation.Identity },
    };

    [Theory]
    [MemberData(nameof(Nets))]
    public void The_backward_pass_is_that_of_finite_differences_under_the_same_draws(Normalization normalization, Activation activation)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedMlpNet net = NestedNets.Create(normalization, activation);
        (Tensor features, Tensor targets) = Batch();
        using var loss = new CrossEntropyLoss(NestedNets.Outputs, 0, CPU);
        double before = Loss(net, loss, features, targets, out Tensor gradient);
        net.Backward(gradient);
        float[] analytic = FlatParameters.ToArray(net.Parameters.Gradients);
        (float[] values, float[] buffers) = net.Parameters.ToArrays();
        Assert.True(before > 0);
        foreach (ParameterSlot slot in net.Parameters.Layout.Parameters.Where(slot => slot.Role != ParameterRole.Gate)) // gates move masks in jumps
            for (int i = 0; i < slot.Length; i += Math.Max(1, slot.Length / 7))
            {
                double numeric = (At(slot.Offset + i, 1e-2f) - At(slot.Offset + i, -1e-2f)) / 2e-2;
                Assert.True(Math.Abs(numeric - analytic[slot.Offset + i]) < 2e-3 + (.02 * Math.Abs(numeric)), $"{slot.Name}[{i}]: {analytic[slot.Offset + i]} against {numeric}");
            }

        double At(int index, float shift)
        {
            float[] moved = [.. values];
            moved[index] += shift;
            net.Parameters.Set(moved, buffers);
            double result = Loss(net, loss, features, targets, out Tensor unused);
            net.Backward(unused);
            return result;
        }
    }

    [Fact]
    public void The_gradient_of_gates_is_that_of_the_soft_sample_through_the_same_noise()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using FlatParameters parameters = NestedNets.Create(Normalization.None).Parameters;
        var groups = new NestedGroups(12, NestedNets.Settings);
        var mask = new OrderedMask(parameters, groups, layer: 0, NestedNets.Settings) { Temperature = 1.5 };
        ParameterSlot slot = parameters.Layout[NestedLayout.GatesOf(0)];
        float[] weights = Numbers.Uniform(12, seed: 8);
        mask.Draw(SeededRandom.Derive(5));

        mask.Backward(HostTensor.Create<float>(weights, CPU));

        float[] analytic = FlatParameters.ToArray(parameters.GradientOf(slot));
        var gates = new double[slot.Length];
        OrderedMask.ReadGates(parameters, slot, gates);
        SeededRandom random = SeededRandom.Derive(5);
        double[] gumbel = [.. Enumerable.Range(0, slot.Length + 1).Select(_ => Downhill.Gumbel(random.NextDouble()))];
        for (int i = 0; i < gates.Length; i++)
            Assert.Equal((At(i, 1e-4) - At(i, -1e-4)) / 2e-4, analytic[i], 5);

        double At(int index, double shift)
        {
            double[] moved = [.. gates];
            moved[index] += shift;
            double[] c = new double[moved.Length + 1], z = new double[moved.Length + 1];
            Downhill.Soft(BernoulliChainTests.LogTail(moved), gumbel, 1.5, c, z);
            return weights.Select((w, unit) => w * z[groups.ElementOf(unit)]).Sum();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_hook_adds_the_gradient_of_the_divergence(bool summed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using NestedMlpNet net = NestedNets.Create(Normalization.Batch);
        var prior = new NestedPriorRegularizer
        {
            Prior = .9,
            Weight = 3,
            Summed = summed,
            WarmUp = 0,
            Temperature = 2,
            FinalTemperature = 1,
            MostLogAlpha = 0,
            Rows = 3,
            Steps = 10,
        };
        using var hook = new NestedPriorHook(net, prior);
        using StepRule rule = Optimizer.Adam().CreateRule(net.Parameters, 1);
        net.Parameters.Gradients.zero_();

        hook.AfterGradient(new StepContext(new FitContext(net, rule), new Batch(zeros(1), zeros(1), null), zeros(1), 1, 5));

        float[] analytic = FlatParameters.ToArray(net.Parameters.Gradients);
        (float[] values, float[] buffers) = net.Parameters.ToArrays();
        foreach (ParameterSlot slot in net.Parameters.Layout.Parameters)
            for (int i = 0; i < slot.Length; i += Math.Max(1, slot.Length / 5))
            {
                double numeric = (At(slot.Offset + i, 2e-2f) - At(slot.Offset + i, -2e-2f)) / 4e-2;
                Assert.True(Math.Abs(numeric - analytic[slot.Offset + i]) < 2e-4 + (.01 * Math.Abs(numeric)), $"{slot.Name}[{i}]: {analytic[slot.Offset + i]} against {numeric}");
            }

        // The slip of the official code: other constants in linear layers, which the output layer is one of.
        ParameterSlot head = net.Parameters.Layout["head.noise"];
        Assert.Equal(-WeightDivergence.NegativeSlope(values[head.Offset]) / (summed ? 1 : head.Shape[1]), analytic[head.Offset], 5);

        double At(int index, float shift)
        {
            float[] moved = [.. values];
            moved[index] += shift;
            net.Parameters.Set(moved, buffers);
            return hook.Divergence();
        }
    }

    [Fact]
    public void Weight_and_temperature_follow_their_schedules()
    {
        var prior = new NestedPriorRegularizer
        {
            Prior = .9,
            Weight = 2,
            Summed = false,
            WarmUp = .5,
            Temperature = 2,
            FinalTemperature = .5,
            MostLogAlpha = 0,
            Rows = 4,
            Steps = 100,
        };

        Assert.Equal([0, .25, .5, .5], new[] { 0, 25, 50, 100 }.Select(step => prior.FactorAt(step)));
        Assert.Equal([2, 1.25, .5], new[] { 0, 50, 100 }.Select(step => prior.TemperatureAt(step)));
    }

    [Fact]
    public void The_gaussian_loss_has_the_gradient_of_finite_differences()
    {
        using DisposeScope scope = NewDisposeScope();
        using var loss = new GaussianLoss(1);
        float[] outputs = Numbers.Uniform(12, seed: 3), targets = Numbers.Uniform(6, seed: 4);
        Tensor sum = zeros(1, float64);

        double[] gradient = Numbers.ToDoubles(loss.Gradient(HostTensor.Create<float>(outputs, CPU).reshape(6, 2), HostTensor.Create<float>(targets, CPU), null, sum));

        Assert.Equal(At(0, 0) * 6, sum.item<double>(), 4);
        for (int i = 0; i < outputs.Length; i++)
            Assert.Equal((At(i, 1e-3) - At(i, -1e-3)) / 2e-3, gradient[i], 4);
        Assert.Equal(At(0, 0), loss.PerRow(HostTensor.Create<float>(outputs, CPU).reshape(6, 2), HostTensor.Create<float>(targets, CPU)).mean().item<float>(), 5);

        double At(int index, double shift) => Enumerable.Range(0, 6).Average(row =>
        {
            double mean = outputs[2 * row] + (index == 2 * row ? shift : 0), s = outputs[(2 * row) + 1] + (index == (2 * row) + 1 ? shift : 0);
            return .5 * ((Math.Exp(-s) * Math.Pow(targets[row] - mean, 2)) + s + Math.Log(2 * Math.PI));
        });
    }

    private static (Tensor Features, Tensor Targets) Batch()
    {
        IRowFeed feed = NestedNets.Rows(Rows, CPU);
        feed.BeginEpoch(null, 0);
        Batch batch = feed.Next(Rows)!;
        return (batch.Features, batch.Targets);
    }

    private static double Loss(NestedMlpNet net, Loss loss, Tensor features, Tensor targets, out Tensor gradient)
    {
        net.BeginEpoch(seed: 6, epoch: 1);
        Tensor sum = zeros(1, float64);
        Tensor outputs = net.Forward(features, training: true);
        gradient = loss.Gradient(outputs, targets, null, sum);
        return sum.item<double>() / Rows;
    }
}
