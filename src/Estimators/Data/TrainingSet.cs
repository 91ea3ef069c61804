using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.Data;

/// <summary>
/// The rows of a fit after one pass over them: in memory when they fit the cache budget, else to be read anew every epoch. Also what the pass found out:
/// counts, class counts, the label's mean and deviation, the standardisation that the features need.
/// </summary>
internal sealed class TrainingSet
{
    // Below this many rows a tenth of them says too little to be worth missing in training.
    private const int LeastRowsForAutomaticSplit = 500;

    private readonly IDataView _data;
    private readonly IDataView? _validationData;
    private readonly TrainingColumns _columns;
    private readonly TrainingColumns? _validationColumns;
    private readonly CachePolicy _cache;
    private readonly RowTotals _training;
    private readonly RowTotals _validation;
    private readonly ChannelStatistics? _channelStatistics;
    private readonly string _name;
    private readonly IncrementalHash? _hash;
    private RowTable? _trainingRows;
    private RowTable? _validationRows;
    private ValidationSplit _split;
    private double[] _weightOfClass = [];

    private TrainingSet(
        IDataView data, TrainingColumns columns, NetworkTrainerOptions options, long seed, bool fingerprint, string name, FeatureStatistics? statistics)
    {
        _data = data;
        _name = name;
        _columns = columns;
        _cache = options.Cache;
        _validationData = options.ValidationSet;
        _validationColumns = _validationData is null ? null : columns.ForValidation(_validationData.Schema, options);
        _split = new ValidationSplit(_validationData is null ? options.ValidationFraction ?? 0.1 : 0, seed, columns.Classes);
        _training = new RowTotals(columns.Classes);
        _validation = new RowTotals(columns.Classes);
        Statistics = statistics ?? new FeatureStatistics(columns.Width);
        _channelStatistics = options.ChannelStatistics;
        _hash = fingerprint ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _trainingRows = new RowTable(columns.Width, asBytes: columns.Input.IsImage);
        _validationRows = new RowTable(columns.Width, asBytes: columns.Input.IsImage);
        IsAutomaticSplit = options.ValidationFraction is null && _validationData is null;
    }

    public TrainingColumns Columns => _columns;

    /// <summary>Rows to train on.</summary>
    public long Rows => _training.Rows;

    /// <summary>Rows to validate on.</summary>
    public long ValidationRows => _validation.Rows;

    /// <summary>Rows left out because their label was missing.</summary>
    public long SkippedRows { get; private set; }

    /// <summary>Whether the rows are read anew every epoch.</summary>
    public bool IsStreamed => _trainingRows is null;

    /// <summary>What the features need; null for nothing.</summary>
    public Standardization? Standardization { get; private set; }

    /// <summary>Which features are zero in every row.</summary>
    public IReadOnlyList<bool> ZeroFeatures => Statistics.ZeroFeatures();

    /// <summary>Ranges, means and deviations of the features of all rows that were read.</summary>
    public FeatureStatistics Statistics { get; }

    /// <summary>Regression: mean and deviation of the label.</summary>
    public (float Mean, float Scale) Target { get; private set; } = (0, 1);

    private bool IsAutomaticSplit { get; }

    private bool Weighted => _columns.Weight is not null || _weightOfClass.Length > 0;

    /// <summary>Reads the rows once.</summary>
    /// <param name="data">The training rows.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="options">Cache, validation, class weights.</param>
    /// <param name="classWeights">Weights of classes, or null.</param>
    /// <param name="labels">Names of the classes, for weights by label.</param>
    /// <param name="seed">Seed of the validation split.</param>
    /// <param name="checkAlive">Throws when the fit was cancelled.</param>
    /// <param name="fingerprint">Whether the rows' hash is wanted.</param>
    /// <param name="name">What the rows are, for errors.</param>
    /// <param name="statistics">Gets the features' statistics; null for new ones.</param>
    public static TrainingSet Read(
        IDataView data, TrainingColumns columns, NetworkTrainerOptions options, ClassWeights? classWeights, IReadOnlyList<string> labels, long seed, Action checkAlive, bool fingerprint,
        string name = "training set", FeatureStatistics? statistics = null)
    {
        var set = new TrainingSet(data, columns, options, seed, fingerprint, name, statistics);
        set.ReadAll(checkAlive);
        set.Complete(classWeights, labels);
        return set;
    }

    /// <summary>Settles the standardisation, where it is not that of these rows alone. Before any feed is made.</summary>
    public void Standardize(Standardization? standardization) => Standardization = standardization;

    /// <summary>What the rows counted in <see cref="Statistics"/> need, which may be more than this set's; null for nothing.</summary>
    public Standardization? StandardizationOfStatistics() => !_columns.Input.IsImage ? Statistics.Standardization()
        : _channelStatistics?.ToStandardization(_columns.Input) ?? Statistics.OfChannels(_columns.Input);

    /// <summary>Hash of all rows that were read, hexadecimal.</summary>
    public string Hash() => Convert.ToHexString(_hash!.GetCurrentHash());

    /// <summary>The training rows, standardised, with weights of mean 1.</summary>
    public IRowFeed CreateTrainingFeed(Device device) => CreateFeed(ref _trainingRows, _training, device, _cache.BufferRows,
        () => new PreparedStream(new RowReader(_data, _columns, _name), this, wantValidation: _validationData is null ? false : null));

    /// <summary>The validation rows, or null when there are none.</summary>
    public IRowFeed? CreateValidationFeed(Device device) => ValidationRows == 0 ? null : CreateFeed(ref _validationRows, _validation, device, bufferRows: 2,
        () => _validationData is null
            ? new PreparedStream(new RowReader(_data, _columns, _name), this, wantValidation: true)
            : new PreparedStream(new RowReader(_validationData, _validationColumns!, "validation set"), this, wantValidation: null));

    /// <summary>Changes a row as training needs it: standardised features and label, weight times class weight.</summary>
    internal void Prepare(Span<float> features, ref float target, ref float weight)
    {
        Standardization?.ApplyTo(features);
        PrepareTarget(ref target, ref weight);
    }

    /// <summary>The split from its start, for a pass of its own.</summary>
    internal ValidationSplit CopySplit() => _split.Copy();

    private void ReadAll(Action checkAlive)
    {
        var features = new float[_columns.Width];
        using (var reader = new RowReader(_data, _columns, _name))
        {
            while (reader.Read(features, out float target, out float weight))
            {
                bool forValidation = _split.Take(ClassOf(target));
                Take(features, target, weight, forValidation ? _validation : _training, forValidation ? _validationRows : _trainingRows);
                if ((_training.Rows & 1023) == 0)
                    checkAlive();
            }

            SkippedRows = reader.Skipped;
        }

        if (_validationData is null)
            return;
        using var validation = new RowReader(_validationData, _validationColumns!, "validation set");
        while (validation.Read(features, out float target, out float weight))
            Take(features, target, weight, _validation, _validationRows);
    }

    private void Take(ReadOnlySpan<float> features, float target, float weight, RowTotals totals, RowTable? table)
    {
        totals.Add(ClassOf(target), target, weight);
        Statistics.Add(features);
        _hash?.AppendData(MemoryMarshal.AsBytes(features));
        _hash?.AppendData(MemoryMarshal.AsBytes<float>([target, weight]));
        table?.Add(features, target, weight);
        // From here on rows are only counted; epochs read them anew. Validation rows stay as long as they fit: to read them is to read the others too.
        if (_trainingRows is not null && _trainingRows.Bytes + (_validationRows?.Bytes ?? 0) > _cache.EffectiveBudget)
            _trainingRows = null;
        if (_trainingRows is null && _validationRows?.Bytes > _cache.EffectiveBudget)
            _validationRows = null;
    }

    private int ClassOf(float target) => _columns.Task == NetTask.Regression ? 0 : (int)target;

    private void Complete(ClassWeights? classWeights, IReadOnlyList<string> labels)
    {
        if (IsAutomaticSplit && Rows + ValidationRows < LeastRowsForAutomaticSplit && !IsStreamed)
        {
            _trainingRows!.AddAll(_validationRows!);
            _training.Join(_validation);
            _validationRows = new RowTable(_columns.Width, asBytes: _columns.Input.IsImage);
            _split = new ValidationSplit(0, 0, _columns.Classes);
        }

        TrainingSetCheck.Run(_columns, _training, SkippedRows);
        Standardization = StandardizationOfStatistics();
        if (_columns.Task == NetTask.Regression)
            Target = _training.Target;
        _weightOfClass = ClassWeighting.Of(classWeights, _training.RowsOfClass, labels);
        _training.Finish(_weightOfClass);
        _validation.Finish(_weightOfClass);
    }

    private void PrepareTarget(ref float target, ref float weight)
    {
        if (_weightOfClass.Length > 0)
            weight *= (float)_weightOfClass[ClassOf(target)];
        weight *= _training.WeightFactor;
        if (_columns.Task == NetTask.Regression)
            target = (target - Target.Mean) / Target.Scale;
    }

    private IRowFeed CreateFeed(ref RowTable? table, RowTotals totals, Device device, int bufferRows, Func<IRowStream> open)
    {
        bool classIndices = _columns.Task == NetTask.Multiclass;
        if (table is null)
            return new StreamingFeed(open, totals.Rows, _columns.Width, bufferRows, classIndices, Weighted, device);
        RowTable rows = table;
        table = new RowTable(_columns.Width, asBytes: _columns.Input.IsImage); // its memory moves into the feed
        for (int i = 0; i < rows.Rows; i++)
            PrepareTarget(ref rows.Targets[i], ref rows.Weights[i]);
        return new MemoryFeed(rows, Standardization, classIndices, Weighted, device);
    }
}
