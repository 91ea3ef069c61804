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
        using Net net = Net.Create(_network.Architecture, _network.InputWidth, _network.OutputWidth, device);
        net.Parameters.Set(_network.Parameters, _network.Buffers);
        using var space = new AttackSpace(scale, lower, upper, device);
        using var tally = new RobustnessTally(net, _network.Task, space, options.Attacks, options.Epsilons, options.Seed, checkAlive);
        long skipped = Read(data, columns, tally);
        if (tally.Rows == 0)
            throw new InvalidOperationException(
                $"The data have no row with a label in column '{columns.Label.Name}'{(skipped > 0 ? $" ({skipped} rows without one)" : "")}; at least 1 is needed.");
        double? bound = InputGradientBound.Log(_network, scale) is { } log ? Math.Exp(log) * InputGradientBound.OfLoss(_network.Task) : null;
        return tally.Metrics([.. sources.Select(source => source.Column)], skipped, bound);
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

    // The net may standardise its features inside.
    private FeatureSource Features()
    {
        int width = _network.InputWidth;
        var factor = new double[width];
        var offset = new double[width];
        for (int i = 0; i < width; i++)
        {
            factor[i] = _network.FeatureFactor.Length > 0 ? _network.FeatureFactor[i] : 1;
            offset[i] = _network.FeatureMean.Length > 0 ? -_network.FeatureMean[i] * factor[i] : 0;
        }

        return new FeatureSource(target.Network.FeatureColumnName, 0, factor, offset);
    }

    private (float[] Scale, float[]? Lower, float[]? Upper) UnitsOf(IReadOnlyList<FeatureSource> sources)
    {
        var scale = new float[_network.InputWidth];
        float[]? lower = options.LowerBound is null ? null : new float[scale.Length];
        float[]? upper = options.UpperBound is null ? null : new float[scale.Length];
        foreach (FeatureSource source in sources)
            for (int i = 0; i < source.Factor.Length; i++)
            {
                double factor = source.Factor[i];
                scale[source.Start + i] = (float)Math.Abs(factor);
                if (options.LowerBound is { } least)
                    (factor < 0 ? upper : lower)?.SetValue((float)(factor * least + source.Offset[i]), source.Start + i);
                if (options.UpperBound is { } most)
                    (factor < 0 ? lower : upper)?.SetValue((float)(factor * most + source.Offset[i]), source.Start + i);
            }

        return (scale, lower, upper);
    }

    private long Read(IDataView data, TrainingColumns columns, RobustnessTally tally)
    {
        long start = Stopwatch.GetTimestamp();
        long? all = data.GetRowCount();
        if (options.MaxRows is { } most)
            all = Math.Min(all ?? most, most);
        Standardization? standardization = _network.FeatureFactor.Length > 0 ? new Standardization(_network.FeatureMean, _network.FeatureFactor) : null;
        var features = new float[options.BatchSize * columns.Width];
        var targets = new float[options.BatchSize];
        using var reader = new RowReader(data, columns, "data");
        while (true)
        {
            int rows = 0;
            int wanted = (int)Math.Min(options.BatchSize, (options.MaxRows ?? long.MaxValue) - tally.Rows);
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
