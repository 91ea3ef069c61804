using System.Diagnostics;
using Microsoft.ML;
using MLExtensions.Estimators.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.Robustness;

/// <summary>Runs the attacks over the rows of a data view: one pass, batch by batch.</summary>
/// <param name="target">The net and the stages before it.</param>
/// <param name="options">Checked options.</param>
/// <param name="device">Where to compute.</param>
/// <param name="checkAlive">Throws when the work was cancelled.</param>
internal sealed class RobustnessEvaluation(NetworkInPipeline target, RobustnessOptions options, Device device, Action checkAlive)
{
    private const int NumbersPerBatch = 1 << 22;

    private readonly FittedNetwork _network = target.Network.Model.Network;

    /// <summary>Evaluates raw rows, which have passed none of the stages.</summary>
    public RobustnessMetrics Run(IDataView data)
    {
        var schemas = new List<DataViewSchema> { data.Schema };
        foreach (ITransformer stage in target.Stages)
        {
            data = stage.Transform(data);
            schemas.Add(data.Schema);
        }

        TrainingColumns columns = ColumnsOf(data.Schema);
        IReadOnlyList<FeatureSource> sources = new FeatureTrace(target.Stages, schemas, options.Columns).Run(Features());
        (float[] scale, float[]? lower, float[]? upper) = UnitsOf(sources);
        using IDisposable threads = TorchThreads.Use(options.Threads.Count ?? TorchThreads.Choose(WorkPerBatch(), Environment.ProcessorCount));
        using IDisposable allocator = Allocator.KeepMemory();
        using DisposeScope scope = NewDisposeScope();
        using Net net = Net.Create(_network.Architecture, _network.Input, _network.OutputWidth, device);
        net.Parameters.Set(_network.Parameters, _network.Buffers);
        using var space = new AttackSpace(scale, lower, upper, device);
        using var tally = new RobustnessTally(net, _network.Task, space, options.Attacks, options.Epsilons, options.Seed, checkAlive);
        long skipped = Read(data, columns, tally);
        if (tally.Rows == 0)
            throw new InvalidOperationException(
                $"The data have no row with a label in column '{columns.Label.Name}'{(skipped > 0 ? $" ({skipped} rows without one)" : "")}; at least 1 is needed.");
        double log = InputGradientBound.Log(_network.Architecture, net.Parameters.Layout, _network.Parameters, _network.Buffers, scale);
        double lossBound = _network.Task == NetTask.Multiclass ? Math.Sqrt(2) : 1; // of the cross-entropy's gradient by the outputs
        return tally.Metrics([.. sources.Select(source => source.Column)], skipped, double.IsPositiveInfinity(log) ? null : Math.Exp(log) * lossBound);
    }

    private double WorkPerBatch() => 4.0 * _network.Parameters.Length * options.BatchSize;

    private TrainingColumns ColumnsOf(DataViewSchema schema)
    {
        TrainingColumns columns = TrainingColumns.Of(schema, _network.Task, new NeuralNetworkOptions
        {
            FeatureColumnName = target.Network.FeatureColumnName,
            LabelColumnName = options.LabelColumnName ?? target.Network.Names.Label,
        });
        if (columns.Width != _network.InputWidth)
            throw TrainingColumns.Mismatch("Feature", columns.Features.Name, $"{_network.InputWidth} features, on which the net was trained", $"{columns.Width}");
        if (_network.Task == NetTask.Multiclass && columns.Classes != _network.OutputWidth)
            throw TrainingColumns.Mismatch("Label", columns.Label.Name, $"a key of {_network.OutputWidth} classes, on which the net was trained (use the key mapping of the training rows)", $"{columns.Classes}");
        return columns;
    }

    private Standardization? Standardization(float[] mean) => _network.FeatureFactor.Length == 0 ? null : new Standardization(mean, _network.FeatureFactor)
    {
        Picture = mean.Length == _network.InputWidth ? null : _network.Input,
    };

    // The net may standardise its features inside.
    private FeatureSource Features()
    {
        var offset = new float[_network.InputWidth];
        var factor = new float[_network.InputWidth];
        Array.Fill(factor, 1);
        Standardization(_network.FeatureMean)?.ApplyTo(offset.AsSpan());
        Standardization(new float[_network.FeatureMean.Length])?.ApplyTo(factor.AsSpan());
        return new FeatureSource(target.Network.FeatureColumnName, 0, Array.ConvertAll(factor, value => (double)value), Array.ConvertAll(offset, value => (double)value));
    }

    private (float[] Scale, float[]? Lower, float[]? Upper) UnitsOf(IReadOnlyList<FeatureSource> sources)
    {
        var scale = new float[_network.InputWidth];
        var lower = new float[scale.Length];
        var upper = new float[scale.Length];
        foreach (FeatureSource source in sources)
            for (int i = 0; i < source.Factor.Length; i++)
            {
                double factor = source.Factor[i];
                scale[source.Start + i] = (float)Math.Abs(factor);
                if (factor == 0)
                    continue; // a constant feature, which nothing moves
                float least = (float)(factor * (options.LowerBound ?? double.NegativeInfinity) + source.Offset[i]);
                float most = (float)(factor * (options.UpperBound ?? double.PositiveInfinity) + source.Offset[i]);
                (lower[source.Start + i], upper[source.Start + i]) = factor < 0 ? (most, least) : (least, most);
            }

        return options.LowerBound is null && options.UpperBound is null ? (scale, null, null) : (scale, lower, upper);
    }

    private long Read(IDataView data, TrainingColumns columns, RobustnessTally tally)
    {
        long start = Stopwatch.GetTimestamp();
        long? all = data.GetRowCount();
        if (options.MaxRows is { } most)
            all = Math.Min(all ?? most, most);
        Standardization? standardization = Standardization(_network.FeatureMean);
        int batchSize = Math.Min(options.BatchSize, Math.Max(1, NumbersPerBatch / columns.Width));
        var features = new float[batchSize * columns.Width];
        var targets = new float[batchSize];
        using var reader = new RowReader(data, columns, "data");
        while (true)
        {
            int rows = 0;
            int wanted = (int)Math.Min(batchSize, (options.MaxRows ?? long.MaxValue) - tally.Rows);
            for (; rows < wanted; rows++)
            {
                Span<float> row = features.AsSpan(rows * columns.Width, columns.Width);
                if (!reader.Read(row, out targets[rows], out _))
                    break;
                standardization?.ApplyTo(row);
            }

            if (rows == 0)
                return reader.Skipped;
            using DisposeScope scope = NewDisposeScope();
            tally.Add(HostTensor.Create<float>(features.AsSpan(0, rows * columns.Width), device).view(rows, columns.Width), TargetsOf(targets.AsSpan(0, rows)));
            options.Progress?.Report(new RobustnessProgress(tally.Rows, all, Stopwatch.GetElapsedTime(start)));
        }
    }

    private Tensor TargetsOf(ReadOnlySpan<float> targets) => _network.Task == NetTask.Multiclass
        ? HostTensor.Create<long>(Array.ConvertAll(targets.ToArray(), target => (long)target), device)
        : HostTensor.Create(targets, device);
}
