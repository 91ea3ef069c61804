using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.FineTuning;

/// <summary>One forward pass over a mixed batch: two heads over one body.</summary>
public sealed class JointLossTests
{
    [Fact]
    public void Lambda_zero_gives_the_gradients_of_the_target_alone_on_the_mixed_batch()
    {
        using var toy = new JointToy();
        float[] joint = toy.Gradient(lambda: 0);

        // The same body with the target's head only, the same rows through it (so the same batch statistics), the loss on the target's rows.
        using Net alone = Net.Create(toy.Net.Architecture, JointToy.Width, JointToy.TargetOutputs, toy.Device);
        alone.Parameters.Set(HeadSplit.TargetOnly(toy.Net.Parameters.Layout, toy.Net.Parameters.ToArrays().Parameters, alone.Parameters.Layout), toy.Net.Parameters.ToArrays().Buffers);
        using var noGrad = no_grad();
        using var loss = new CrossEntropyLoss(JointToy.TargetOutputs, 0, toy.Device);
        Batch batch = toy.Batch();
        Tensor outputs = alone.Forward(batch.Features, training: true);
        Tensor gradient = zeros_like(outputs);
        gradient.narrow(0, 0, batch.Rows).copy_(loss.Gradient(outputs.narrow(0, 0, batch.Rows).contiguous(), batch.Targets, null, zeros(1, float64)));
        alone.Backward(gradient);

        float[] expected = FlatParameters.ToArray(alone.Parameters.Gradients);
        Assert.True(expected.Max(MathF.Abs) > 0.01);
        AssertClose(expected, HeadSplit.TargetOnly(toy.Net.Parameters.Layout, joint, alone.Parameters.Layout), 1e-6);
        Assert.All(toy.HeadPart(joint, JointToy.TargetOutputs, JointToy.SourceOutputs), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_label_of_one_side_never_moves_the_head_of_the_other()
    {
        using var toy = new JointToy();
        float[] before = toy.Gradient(lambda: 1);
        toy.SourceLabels = [0, 0, 0, 0, 1, 1, 1, 1, 1];
        float[] otherSource = toy.Gradient(lambda: 1);
        toy.TargetLabels = [2, 2, 2, 0, 0, 0];
        float[] otherBoth = toy.Gradient(lambda: 1);

        Assert.Equal(toy.HeadPart(before, 0, JointToy.TargetOutputs), toy.HeadPart(otherSource, 0, JointToy.TargetOutputs));
        Assert.NotEqual(toy.HeadPart(before, JointToy.TargetOutputs, JointToy.SourceOutputs), toy.HeadPart(otherSource, JointToy.TargetOutputs, JointToy.SourceOutputs));
        Assert.Equal(toy.HeadPart(otherSource, JointToy.TargetOutputs, JointToy.SourceOutputs), toy.HeadPart(otherBoth, JointToy.TargetOutputs, JointToy.SourceOutputs));
        Assert.NotEqual(toy.HeadPart(otherSource, 0, JointToy.TargetOutputs), toy.HeadPart(otherBoth, 0, JointToy.TargetOutputs));
    }

    [Theory]
    [InlineData(Normalization.None)]
    [InlineData(Normalization.Batch)]
    public void The_gradient_is_that_of_target_loss_plus_lambda_source_loss(Normalization normalization)
    {
        using var toy = new JointToy(normalization);
        const double Lambda = 0.7;
        float[] gradient = toy.Gradient(Lambda);
        (float[] values, float[] buffers) = toy.Net.Parameters.ToArrays();
        foreach (int place in Enumerable.Range(0, 20).Select(i => i * 37 % values.Length).Append(values.Length - 1))
        {
            double slope = (LossAt(place, 1e-2f) - LossAt(place, -1e-2f)) / 2e-2;
            Assert.Equal(slope, gradient[place], 2e-3);
        }

        double LossAt(int place, float step)
        {
            float[] moved = [.. values];
            moved[place] += step;
            toy.Net.Parameters.Set(moved, buffers);
            using var noGrad = no_grad();
            using JointLoss loss = toy.Loss(Lambda);
            Tensor sum = zeros(1, float64);
            loss.Gradient(toy.Net.Forward(toy.Batch().Features, training: true), toy.Batch(), sum);
            return sum.item<double>() / JointToy.TargetRows + Lambda * loss.TakePretrainingLoss();
        }
    }

    [Fact]
    public void Validation_sees_the_outputs_of_the_target_only()
    {
        using var toy = new JointToy();
        using JointLoss joint = toy.Loss(0.3);
        using var target = new CrossEntropyLoss(JointToy.TargetOutputs, 0, toy.Device);
        Tensor outputs = Numbers.Tensor(toy.Device, 4, 6, JointToy.TargetOutputs + JointToy.SourceOutputs), labels = tensor(toy.TargetLabels);
        Tensor own = outputs.narrow(1, 0, JointToy.TargetOutputs);

        Assert.Equal(Numbers.ToDoubles(target.PerRow(own, labels)), Numbers.ToDoubles(joint.PerRow(outputs, labels)));
        Assert.Equal(Numbers.ToDoubles(target.MetricPerRow(own, labels)), Numbers.ToDoubles(joint.MetricPerRow(outputs, labels)));
        Assert.Equal(target.MetricName, joint.MetricName);
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using var toy = new JointToy();
        using var noGrad = no_grad();
        using JointLoss loss = toy.Loss(0.3);
        Step();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor gradient = loss.Gradient(toy.Net.Forward(toy.Batch().Features, training: true), toy.Batch(), zeros(1, float64));
            toy.Net.Backward(gradient);
        }
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
