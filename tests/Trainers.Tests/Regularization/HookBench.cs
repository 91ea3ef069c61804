using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Regularization;

/// <summary>A net, a rule and the hook, driven by hand.</summary>
internal sealed class HookBench : IDisposable
{
    private readonly DisposeScope _scope;
    private readonly IDisposable _noGrad;
    private readonly Device _device;

    public HookBench(Architecture recipe, Regularizer regularizer, string device = "cpu", InputShape? input = null, Optimizer? optimizer = null)
    {
        _device = TestDevices.Get(device);
        _noGrad = no_grad();
        _scope = NewDisposeScope();
        input ??= 4;
        Features = Numbers.Tensor(_device, 1, 32, input.Length);
        Net = Net.Create(recipe, input, 3, _device);
        Net.Initialize(seed: 5);
        Rule = (optimizer ?? Optimizer.Sgd(0, false)).CreateRule(Net.Parameters, 1);
        Hook = RegularizerSet.CreateHooks([regularizer], Net)[0];
    }

    public Net Net { get; }

    public StepRule Rule { get; }

    public TrainingHook Hook { get; }

    public FitContext Fit => new(Net, Rule);

    private Tensor Features { get; }

    public float[] Outputs(bool training) => FlatParameters.ToArray(Net.Forward(Features, training).flatten());

    public float[] Gradient()
    {
        Net.Forward(Features, training: true);
        Net.Backward(Numbers.Tensor(_device, 2, 32, 3));
        return FlatParameters.ToArray(Net.Parameters.Gradients);
    }

    public void SetFirst(float[] values, Tensor flat)
    {
        float[] all = FlatParameters.ToArray(flat);
        values.CopyTo(all, 0);
        FlatParameters.CopyFrom(flat, all);
    }

    public void Step(double learningRate, long step)
    {
        var context = new StepContext(Fit, new Batch(Features, Features, null), Features, learningRate, step);
        Hook.AfterGradient(context);
        Rule.Step(learningRate);
        Hook.AfterStep(context);
    }

    public void Dispose()
    {
        Hook.Dispose();
        Rule.Dispose();
        Net.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
    }
}
