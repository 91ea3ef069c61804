using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.FineTuning;

/// <summary>The output layer: its learning rate, its two halves.</summary>
public sealed class HeadTests
{
    public static TheoryData<string> Optimizers => new("sgd", "adam");

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void The_head_steps_as_with_a_learning_rate_of_its_own_and_the_body_as_before(string optimizer)
    {
        float[] slow = AfterSteps(optimizer, 1e-3, headRate: 1), fast = AfterSteps(optimizer, 1e-2, headRate: 1), mixed = AfterSteps(optimizer, 1e-3, headRate: 10);
        ParameterLayout layout = ParameterLayout.Of(Recipe, 4, 3);
        foreach (ParameterSlot slot in layout.Parameters)
        {
            float[] expected = HeadSplit.IsHead(slot) ? fast : slow;
            for (int i = slot.Offset; i < slot.Offset + slot.Length; i++)
                Assert.Equal(expected[i], mixed[i], 1e-6);
        }

        Assert.NotEqual(slow[layout["head.bias"].Offset], fast[layout["head.bias"].Offset], 1e-5);
    }

    [Fact]
    public void Hooks_see_the_two_heads_as_two_parameters()
    {
        ParameterLayout joint = ParameterLayout.Of(Recipe, 4, 7);
        IReadOnlyList<ParameterSlot> slots = HeadSplit.Slots(joint, targetOutputs: 3);

        ParameterSlot target = slots.Single(slot => slot.Name == "head.weight"), source = slots.Single(slot => slot.Name == "source-head.weight");
        Assert.Equal((3, 4), (target.Shape[0], source.Shape[0]));
        Assert.Equal(target.Offset + target.Length, source.Offset);
        Assert.Equal(joint.ParameterCount, slots.Sum(slot => slot.Length));
    }

    [Fact]
    public void A_penalty_on_the_target_head_does_not_feel_the_source_head()
    {
        float[] PenaltyOfTargetHead(float sourceScale)
        {
            Device device = TestDevices.Get("cpu");
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            using Net net = Net.Create(Recipe, 4, 7, device);
            net.Initialize(3);
            ParameterSlot head = net.Parameters.Layout["head.weight"];
            (float[] values, float[] buffers) = net.Parameters.ToArrays();
            foreach (ref float value in values.AsSpan(head.Offset + 3 * head.Shape[1], 4 * head.Shape[1]))
                value *= sourceScale;
            net.Parameters.Set(values, buffers);
            using StepRule rule = Optimizer.Sgd().CreateRule(net.Parameters, 1);
            var settings = new LoopSettings
            {
                Epochs = 1,
                BatchSize = 1,
                Optimizer = Optimizer.Sgd(),
                LearningRate = 1,
                Schedule = LearningRateSchedule.Constant(),
                Seed = 1,
                Threads = 1,
                Regularizers = [Regularizer.ScaleShiftInvariant(1)],
                TargetOutputs = 3,
            };
            using TrainingHook hook = Assert.Single(FineTuningHooks.Create(settings, net));
            hook.AfterGradient(new StepContext(new FitContext(net, rule), new Batch(zeros(1, 4), zeros(1), null), zeros(1, 7), 1, 0));
            return [.. FlatParameters.ToArray(net.Parameters.Gradients).AsSpan(head.Offset, 3 * head.Shape[1])];
        }

        float[] one = PenaltyOfTargetHead(1);
        Assert.True(one.Max(MathF.Abs) > 0);
        Assert.Equal(one, PenaltyOfTargetHead(100));
    }

    private static readonly Architecture Recipe = Architecture.Mlp([6]);

    private static float[] AfterSteps(string name, double learningRate, double headRate)
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Optimizer optimizer = name == "sgd" ? Optimizer.Sgd() : Optimizer.Adam();
        using Net net = Net.Create(Recipe, 4, 3, device);
        net.Initialize(3);
        using StepRule rule = optimizer.CreateRule(net.Parameters, 1);
        using var hook = new HeadRateHook(net.Parameters, headRate);
        for (int step = 0; step < 5; step++)
        {
            net.Parameters.Gradients.copy_(Numbers.Tensor(device, 10 + step, net.Parameters.Layout.ParameterCount)); // given gradients, so that the runs stay comparable
            var context = new StepContext(new FitContext(net, rule), new Batch(zeros(1, 4), zeros(1), null), zeros(1, 3), learningRate, step);
            hook.AfterGradient(context);
            rule.Step(learningRate);
            hook.AfterStep(context);
        }

        return net.Parameters.ToArrays().Parameters;
    }
}
