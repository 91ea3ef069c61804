using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Robustness;

/// <summary>A net with given or random weights, and rows to attack.</summary>
internal sealed class AttackBench : IDisposable
{
    private readonly IDisposable _threads;
    private readonly DisposeScope _scope;
    private readonly IDisposable _noGrad;
    private readonly Device _device;
    private readonly ClassificationGoal _goal;
    private readonly NetTask _task;

    public AttackBench(Architecture recipe, InputShape inputs, int outputs, string device = "cpu")
    {
        _device = TestDevices.Get(device);
        _threads = TorchThreads.Use(1);
        _scope = NewDisposeScope();
        _noGrad = no_grad();
        _task = outputs == 1 ? NetTask.Binary : NetTask.Multiclass;
        _goal = new ClassificationGoal(_task);
        Net = Net.Create(recipe, inputs, outputs, _device);
        Net.Initialize(seed: 5);
        Space = AttackSpace.Unit(inputs.Length, _device);
    }

    public Net Net { get; }

    public AttackSpace Space { get; set; }

    public Device Device => _device;

    /// <summary>A linear binary model.</summary>
    public static AttackBench Linear(float[] weights, float bias, string device = "cpu")
    {
        var bench = new AttackBench(Architecture.Mlp([]), weights.Length, 1, device);
        bench.Net.Parameters.Set([.. weights, bias], []);
        return bench;
    }

    /// <summary>Rows, with labels or with what the net says of them.</summary>
    public AttackRows Rows(float[] features, float[]? targets = null, Action? checkAlive = null)
    {
        long count = features.Length / Net.InputWidth;
        Tensor origin = HostTensor.Create<float>(features, _device).reshape(count, Net.InputWidth);
        Tensor labels;
        if (targets is null)
            labels = _task == NetTask.Binary ? Net.Forward(origin, false).squeeze(1).sign().clamp_min(0.ToScalar()) : Net.Forward(origin, false).argmax(1);
        else
            labels = _task == NetTask.Binary ? HostTensor.Create<float>(targets, _device) : HostTensor.Create<long>(Array.ConvertAll(targets, target => (long)target), _device);
        long[] numbers = [.. Enumerable.Range(0, (int)count).Select(i => (long)i)];
        return new AttackRows(Net, _goal, Space, origin, labels, new AttackDraws(3, numbers, Net.InputWidth, _device), checkAlive ?? (static () => { }));
    }

    public (float[] Examples, float[] Standing) Run(Attack attack, AttackRows rows, double epsilon)
    {
        AttackResult result = attack.Run(rows, epsilon);
        return (FlatParameters.ToArray(result.Examples.flatten()), FlatParameters.ToArray(result.Standing));
    }

    public RobustnessMetrics Evaluate(float[] features, IReadOnlyList<Attack> attacks, IReadOnlyList<double> epsilons, int batchSize = 1000)
    {
        AttackRows all = Rows(features);
        using var tally = new RobustnessTally(Net, _task, Space, attacks, epsilons, 3, static () => { });
        for (long at = 0; at < all.Count; at += batchSize)
        {
            long size = Math.Min(batchSize, all.Count - at);
            tally.Add(all.Origin.narrow(0, at, size), all.Targets.narrow(0, at, size));
        }

        return tally.Metrics(["Features"], 0, null);
    }

    public void Dispose()
    {
        Space.Dispose();
        Net.Dispose();
        _goal.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
        _threads.Dispose();
    }
}
