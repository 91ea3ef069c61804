using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Data;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using MLExtensions.Transforms.Scoring;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.FineTuning;

/// <summary>The pre-training rows of a fit after one pass over them, and what their head has to learn.</summary>
internal sealed class PretrainingSet
{
    private readonly PretrainingData _options;
    private readonly IReadOnlyList<string>? _classes;

    private PretrainingSet(PretrainingData options, TrainingSet rows)
    {
        _options = options;
        Rows = rows;
        _classes = options.Loss.NeedsLabels && rows.Columns.Task == NetTask.Multiclass ? LabelValues.Of(rows.Columns.Label)?.ToTexts() : null;
    }

    /// <summary>The rows.</summary>
    public TrainingSet Rows { get; }

    /// <summary>The source's own head; null where its labels are not learned.</summary>
    public HeadOutputs? Head
    {
        get
        {
            if (!_options.Loss.NeedsLabels)
                return null;
            TrainingColumns columns = Rows.Columns;
            return new HeadOutputs(columns.Task, columns.Task == NetTask.Multiclass ? columns.Classes : 1, _classes) { TargetMean = Rows.Target.Mean, TargetScale = Rows.Target.Scale };
        }
    }

    /// <summary>Reads the rows once; their features join the statistics of the target's.</summary>
    /// <param name="options">Options of the trainer, with pre-training data.</param>
    /// <param name="target">The target's rows.</param>
    /// <param name="seed">Seed of the fit.</param>
    /// <param name="checkAlive">Throws when the fit was cancelled.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or width.</exception>
    /// <exception cref="InvalidOperationException">The rows cannot be learned from.</exception>
    public static PretrainingSet Read(NetworkTrainerOptions options, TrainingSet target, long seed, Action checkAlive)
    {
        PretrainingData data = options.PretrainingData!;
        try
        {
            NetworkTrainerOptions own = options.ForPretraining();
            TrainingColumns columns = ColumnsOf(data, own, target.Columns);
            return new PretrainingSet(data, TrainingSet.Read(
                data.Rows, columns, own, classWeights: null, labels: [], seed, checkAlive, fingerprint: options.CheckpointFolder is not null, "pre-training data", target.Statistics));
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"PretrainingData: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"PretrainingData: {e.Message}", e);
        }
    }

    /// <summary>Mixed batches of the target's rows and these; takes the target's feed over.</summary>
    public IRowFeed CreateFeed(IRowFeed target, int batchSize, Device device) => new JointFeed(
        target, Rows.CreateTrainingFeed(device), _options.Ratio, batchSize, _options.Loss is ConsistencyPretrainingLoss views ? new FeatureViews(views, device) : null);

    /// <summary>The loss of mixed batches; takes the target's loss over.</summary>
    public Loss CreateLoss(Loss target, int targetOutputs, Device device)
    {
        PretrainingObjective objective = _options.Loss is ConsistencyPretrainingLoss consistency
            ? new ConsistencyObjective(consistency)
            : new LabelObjective(Head!.Task switch
            {
                NetTask.Multiclass => new CrossEntropyLoss(Head.Count, 0, device),
                NetTask.Binary => new BinaryCrossEntropyLoss(0),
                _ => new HuberLoss(double.PositiveInfinity, 1),
            });
        return new JointLoss(target, targetOutputs, objective, _options.Lambda, device);
    }

    /// <summary>All of the settings and rows that decide the result, as text.</summary>
    public string Fingerprint() => FormattableString.Invariant($"{_options.Lambda} {_options.Ratio} {_options.Loss} {Head} {Rows.Hash()}");

    private static TrainingColumns ColumnsOf(PretrainingData data, NetworkTrainerOptions own, TrainingColumns target)
    {
        DataViewSchema schema = data.Rows.Schema;
        TrainingColumns columns = data.Loss.NeedsLabels
            ? TrainingColumns.Of(schema, TaskOf(schema.GetColumnOrNull(own.LabelColumnName)?.Type, own.LabelColumnName), own)
            : TrainingColumns.WithoutLabel(schema, own);
        if (columns.Width != target.Width)
            throw new ArgumentOutOfRangeException(nameof(data),
                $"feature column '{columns.Features.Name}' has {columns.Width} features; '{target.Features.Name}' of the target rows has {target.Width}. Pass both through the same fitted stages.");
        return columns;
    }

    private static NetTask TaskOf(DataViewType? label, string name) => label switch
    {
        KeyDataViewType or null => NetTask.Multiclass, // a missing column is reported as such
        BooleanDataViewType => NetTask.Binary,
        _ when label == NumberDataViewType.Single => NetTask.Regression,
        _ => throw TrainingColumns.Mismatch("Label", name, "a key (ml.Transforms.Conversion.MapValueToKey makes one), Boolean or Single", label.ToString()),
    };
}
