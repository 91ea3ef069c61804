using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Estimators.NeuralNetwork;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;
using TorchSharp;

namespace MLExtensions;

/// <summary>
/// Fits a neural net to a vector of features: multiclass and binary classification, or regression, by the catalog that made it. The net trains in torch, on the GPU
/// where one is asked for, and scores in managed code.
/// </summary>
/// <remarks>
/// <para>Minimises the mean over rows of weight · loss: cross-entropy of the softmax (multiclass), of the sigmoid (binary), or half the squared or Huber error of the
/// standardised label (regression).</para>
/// <para>Columns in: a vector of Single (features), a label (key, Boolean or Single), optionally a weight (Single). Columns out: <c>Score</c>; <c>PredictedLabel</c>
/// (classification); <c>Probability</c> (binary).</para>
/// <para>Rows without a label are skipped and counted in the <see cref="TrainingReport"/>. Features beyond ±8 are standardised inside; the model scores raw features.</para>
/// </remarks>
public sealed class NeuralNetworkTrainer : ITrainerEstimator<NeuralNetworkTransformer, NeuralNetworkModel>
{
    private readonly IHost _host;
    private readonly IHostEnvironment _environment;
    private readonly NetTask _task;
    private readonly NeuralNetworkOptions _options;
    private readonly TrainerColumnShapes _shapes;

    internal NeuralNetworkTrainer(IHostEnvironment environment, NetTask task, NeuralNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.Throw(nameof(NeuralNetworkOptions), faults => options.Check(task, faults));
        _environment = environment;
        _task = task;
        _options = options.Copy();
        _host = _options.Seed is { } seed
            ? environment.Register(nameof(NeuralNetworkTrainer), seed: unchecked((int)(seed ^ (seed >> 32))))
            : environment.Register(nameof(NeuralNetworkTrainer));
        _shapes = new TrainerColumnShapes(task, _options);
    }

    /// <summary>What the trainer wants of its input: it neither needs normalised features nor a cache.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(normalization: false, caching: false, supportsValidation: true);

    /// <summary>Fits a net.</summary>
    /// <param name="input">The training rows.</param>
    /// <returns>The fitted transformer, which scores rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">The rows cannot be learned from; the message names column, row and remedy.</exception>
    /// <exception cref="TorchNotAvailableException">No libtorch; the message says which package to add.</exception>
    public NeuralNetworkTransformer Fit(IDataView input) => Fit(input, _options.ValidationSet);

    /// <summary>Fits a net and measures it on a validation set after every epoch.</summary>
    /// <param name="trainingSet">The training rows.</param>
    /// <param name="validationSet">The validation rows, with the same columns; null for the options' own.</param>
    public NeuralNetworkTransformer Fit(IDataView trainingSet, IDataView? validationSet)
    {
        ArgumentNullException.ThrowIfNull(trainingSet);
        NeuralNetworkOptions options = _options;
        if (validationSet is not null)
        {
            options = _options.Copy();
            options.ValidationSet = validationSet;
            options.ValidationFraction = null;
        }

        TrainingColumns columns = TrainingColumns.Of(trainingSet.Schema, _task, options);
        LabelValues? labels = LabelValues.Of(columns.Label);
        long seed = options.Seed ?? _host.Rand.NextInt64();
        using var log = new FitLog(_host);
        NativeTorch.EnsureLoaded();
        torch.Device device = TorchDevice.Find(
            options.GpuDeviceId ?? HostSettings.GpuDeviceId(_environment), options.FallbackToCpu ?? HostSettings.FallbackToCpu(_environment), out bool fellBack);
        if (fellBack)
            log.Warning("The CUDA device that was asked for is missing; training on the CPU (FallbackToCpu).");
        void CheckAlive() => Cancellation.CheckAlive(_host);
        TrainingSet set = TrainingSet.Read(
            trainingSet, columns, options, options.ClassWeights, ClassNames.Of(_task, columns.Classes, labels), seed, CheckAlive, fingerprint: options.CheckpointFolder is not null);
        if (set.SkippedRows > 0)
            log.Warning($"{set.SkippedRows} rows were skipped: their label in column '{options.LabelColumnName}' is missing.");
        var fineTuning = FineTuningPlan.Of(options, set, seed, CheckAlive);
        FittedNetwork network = new NetworkFit(options, set, fineTuning, device, CheckAlive, log.Info, log.Warning).Run(seed);
        return new NeuralNetworkTransformer(_environment, network, NamesOf(options), labels);
    }

    /// <summary>The columns after the trainer, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _shapes.Output(inputSchema);

    private static ScoreColumnNames NamesOf(NeuralNetworkOptions options) => new(
        options.FeatureColumnName, options.LabelColumnName, options.PredictedLabelColumnName, options.ScoreColumnName, options.ProbabilityColumnName);
}
