using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.FineTuning;

/// <summary>A mixed batch through a small joint net: 3 target classes, 4 source classes.</summary>
internal sealed class JointToy : IDisposable
{
    public const int Width = 5, TargetOutputs = 3, SourceOutputs = 4, TargetRows = 6, SourceRows = 9;

    private readonly DisposeScope _scope;

    public JointToy(Normalization normalization = Normalization.Batch, Device? device = null)
    {
        Device = device ?? TestDevices.Get("cpu"); // loads torch
        _scope = NewDisposeScope();
        Net = Net.Create(Architecture.Mlp([8, 7], Activation.Gelu, normalization), Width, TargetOutputs + SourceOutputs, Device);
        Net.Initialize(seed: 5);
        TargetLabels = [0, 1, 2, 2, 1, 0];
        SourceLabels = [3, 1, 0, 2, 3, 3, 1, 2, 0];
    }

    public Device Device { get; }

    public Net Net { get; }

    public long[] TargetLabels { get; set; }

    public long[] SourceLabels { get; set; }

    public Batch Batch() => new(
        cat([Numbers.Tensor(Device, 1, TargetRows, Width), Numbers.Tensor(Device, 2, SourceRows, Width)], 0), tensor(TargetLabels, device: Device), null)
    {
        Pretraining = new Batch(Numbers.Tensor(Device, 2, SourceRows, Width), tensor(SourceLabels, device: Device), null),
    };

    public JointLoss Loss(double lambda) => new(
        new CrossEntropyLoss(TargetOutputs, 0, Device), TargetOutputs, new LabelObjective(new CrossEntropyLoss(SourceOutputs, 0, Device)), lambda, Device);

    /// <summary>The flat gradient of one step.</summary>
    public float[] Gradient(double lambda)
    {
        using var noGrad = no_grad();
        using JointLoss loss = Loss(lambda);
        using Tensor sum = zeros(1, float64, Device);
        Net.Backward(loss.Gradient(Net.Forward(Batch().Features, training: true), Batch(), sum));
        return FlatParameters.ToArray(Net.Parameters.Gradients);
    }

    /// <summary>The piece of a gradient that belongs to some outputs of the head.</summary>
    public float[] HeadPart(float[] gradient, int first, int count)
    {
        ParameterSlot weight = Net.Parameters.Layout["head.weight"], bias = Net.Parameters.Layout["head.bias"];
        int width = weight.Shape[1];
        return [.. gradient.AsSpan(weight.Offset + first * width, count * width), .. gradient.AsSpan(bias.Offset + first, count)];
    }

    /// <summary>A whole fit: target and source are both about the sign of a sum, the source with labels the other way round.</summary>
    public static TrainingOutcome Fit(LoopSettings settings, bool streamed = false, PretrainingLoss? pretraining = null, int targetRows = 130, int sourceRows = 75)
    {
        Device device = TestDevices.Get("cpu");
        var views = pretraining as ConsistencyPretrainingLoss;
        PretrainingObjective objective = views is null ? new LabelObjective(new CrossEntropyLoss(2, 0, device)) : new ConsistencyObjective(views);
        using var loss = new JointLoss(new CrossEntropyLoss(2, 0, device), 2, objective, 0.5, device);
        using Net net = Net.Create(Toy.Recipe, Toy.Width, views is null ? 4 : 2, device);
        net.Initialize(settings.Seed);
        using var training = new JointFeed(
            Feed(targetRows, 1, streamed, device), Feed(sourceRows, 9, streamed, device), 1.5, settings.BatchSize, views is null ? null : new FeatureViews(views, device));
        using IRowFeed validation = Feed(60, 2, streamed: false, device);
        return new TrainingLoop(net, loss, training, validation, settings with { TargetOutputs = views is null ? 2 : null }).Run();
    }

    public void Dispose()
    {
        Net.Dispose();
        _scope.Dispose();
    }

    public static IRowFeed Feed(int rows, long seed, bool streamed, Device device)
    {
        RowTable table = Toy.Rows(rows, seed);
        return streamed
            ? new StreamingFeed(() => new TableStream(table), rows, Toy.Width, capacity: 20, classIndices: true, weighted: false, device)
            : new MemoryFeed(table, null, classIndices: true, weighted: false, device);
    }

    private sealed class TableStream(RowTable table) : IRowStream
    {
        private int _next;

        public bool Read(Span<float> features, out float target, out float weight)
        {
            (target, weight) = (0, 1);
            if (_next == table.Rows)
                return false;
            table.Row(_next).CopyTo(features);
            target = table.Targets[_next++];
            return true;
        }

        public void Dispose()
        {
        }
    }
}
