using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>One step of the loop: forward, loss, backward, hooks, optimiser. Nothing is read back from the device.</summary>
internal sealed class TrainingStep(Net net, Loss loss, StepRule rule, IReadOnlyList<TrainingHook> hooks, double? gradientClipping, long seed = 0) : IDisposable
{
    private readonly Scalar _clip = gradientClipping ?? 1;
    private readonly Scalar _one = 1;
    private readonly Scalar _tiny = 1e-12;

    /// <summary>Trains on one batch; the batch's weighted loss sum is added to <paramref name="lossSum"/>.</summary>
    public void Run(Batch batch, double learningRate, Tensor lossSum)
    {
        foreach (TrainingHook hook in hooks)
            batch = hook.BeforeForward(new ForwardContext(new FitContext(net, rule), batch, loss, seed, rule.Steps));
        Tensor outputs = net.Forward(batch.Features, training: true);
        Tensor gradient = loss.Gradient(outputs, batch, lossSum); // [batch, outputs]
        outputs.Dispose();
        var context = new StepContext(new FitContext(net, rule), batch, gradient, learningRate, rule.Steps);
        foreach (TrainingHook hook in hooks)
            hook.AfterLoss(context);
        net.Backward(gradient);
        foreach (TrainingHook hook in hooks)
            hook.AfterGradient(context);
        if (gradientClipping is not null)
            Clip();
        rule.Step(learningRate);
        foreach (TrainingHook hook in hooks)
            hook.AfterStep(context);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip.Dispose();
        _one.Dispose();
        _tiny.Dispose();
    }

    // g ← g min(1, limit / ‖g‖), without reading the norm back.
    private void Clip()
    {
        Tensor gradients = net.Parameters.Gradients;
        using Tensor norm = gradients.norm();
        using Tensor guarded = norm.add_(_tiny, _one);
        using Tensor inverse = guarded.reciprocal();
        using Tensor factor = inverse.mul_(_clip).clamp_max_(_one);
        gradients.mul_(factor);
    }
}
