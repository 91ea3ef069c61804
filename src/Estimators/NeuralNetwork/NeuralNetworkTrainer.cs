using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLExtensions.Estimators.Fitting;
using MLExtensions.Estimators.NeuralNetwork;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;

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
    private readonly TrainerHost _host;
    private readonly NeuralNetworkOptions _options;
    private readonly TrainerColumnShapes _shapes;

    internal NeuralNetworkTrainer(IHostEnvironment environment, NetTask task, NeuralNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.Throw(nameof(NeuralNetworkOptions), faults => options.Check(task, faults));
        _options = options.Copy<NeuralNetworkOptions>();
        _host = new TrainerHost(environment, nameof(NeuralNetworkTrainer), task, _options.Seed);
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
        NeuralNetworkOptions options = _options.WithValidation<NeuralNetworkOptions>(validationSet);
        using FitLog log = _host.OpenLog();
        FitRequest request = _host.Prepare(trainingSet, options, options.ClassWeights, log);
        FittedNetwork network = new NetworkFit(options, request).Run();
        return new NeuralNetworkTransformer(_host.Environment, network, options.ScoreColumnNames, request.Labels);
    }

    /// <summary>The columns after the trainer, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _shapes.Output(inputSchema);
}
