using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLExtensions.Estimators.Fitting;
using MLExtensions.Estimators.Nested;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions;

/// <summary>
/// Fits a Bayesian nested net (Cui, Liu, Li, Chan, Xue, "Bayesian Nested Neural Networks for Uncertainty Calibration and Adaptive Compression", CVPR 2021, arXiv
/// 2101.11353): one net whose hidden units are put in order of importance, so that it can be cut to any width after the fit, and whose weights are distributions, so that it
/// knows how sure it is at every width.
/// </summary>
/// <remarks>
/// <para>Minimises mean −log p(label | weights, widths) + KlWeight / rows · Σ over layers (Φ1 + Φ2), with weights N(θ, α θ²) and, for each hidden layer and step, a width that is
/// drawn from a learned chain of Bernoulli gates. θ, α and the gates are learned together.</para>
/// <para>Columns in and out are those of the neural-network trainers; columns of uncertainty come on request (<see cref="UncertaintyColumnNames"/>).</para>
/// <para>Differences from the paper: the masks are drawn from log β (its code draws from β, nearly uniform masks); one divergence for all layers (its code has other
/// constants in linear layers); log α is kept within −8 and 0; widths are rounded, not cut off; a unit is masked after its normalisation by the constant that masking
/// before it gives, the same function, and a channel of a convolution by 0 after its activation; Adam in place of a natural-gradient method; the noise of the weights at
/// prediction is a fixed number of draws.</para>
/// </remarks>
public sealed class BayesianNestedNetworkTrainer : ITrainerEstimator<BayesianNestedTransformer, BayesianNestedModel>
{
    private readonly TrainerHost _host;
    private readonly NetTask _task;
    private readonly BayesianNestedNetworkOptions _options;
    private readonly TrainerColumnShapes _shapes;

    internal BayesianNestedNetworkTrainer(IHostEnvironment environment, NetTask task, BayesianNestedNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.Throw(nameof(BayesianNestedNetworkOptions), faults => options.Check(task, faults));
        _task = task;
        _options = options.Copy<BayesianNestedNetworkOptions>();
        _host = new TrainerHost(environment, nameof(BayesianNestedNetworkTrainer), task, _options.Seed);
        _shapes = new TrainerColumnShapes(task, _options);
    }

    /// <summary>What the trainer wants of its input: it neither needs normalised features nor a cache.</summary>
    public TrainerInfo Info { get; } = TrainerInfos.Create(normalization: false, caching: false, supportsValidation: true);

    /// <summary>Fits a net.</summary>
    /// <param name="input">The training rows.</param>
    /// <returns>The fitted transformer at full width.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">The rows cannot be learned from; the message names column, row and remedy.</exception>
    /// <exception cref="TorchNotAvailableException">No libtorch; the message says which package to add.</exception>
    public BayesianNestedTransformer Fit(IDataView input) => Fit(input, _options.ValidationSet);

    /// <summary>Fits a net and measures it at full width on a validation set after every epoch.</summary>
    /// <param name="trainingSet">The training rows.</param>
    /// <param name="validationSet">The validation rows, with the same columns; null for the options' own.</param>
    public BayesianNestedTransformer Fit(IDataView trainingSet, IDataView? validationSet)
    {
        ArgumentNullException.ThrowIfNull(trainingSet);
        BayesianNestedNetworkOptions options = _options.WithValidation<BayesianNestedNetworkOptions>(validationSet);
        using FitLog log = _host.OpenLog();
        FitRequest request = _host.Prepare(trainingSet, options, options.ClassWeights, log);
        NestedNetwork network = new NestedFit(options, request).Run();
        var view = new NestedView
        {
            Step = network.Settings.Groups,
            Samples = Math.Max(1, options.Samples),
            WeightNoise = options.Samples > 0,
            Uncertainty = options.UncertaintyColumns,
        };
        return new BayesianNestedTransformer(_host.Environment, network, view, options.ScoreColumnNames, request.Labels);
    }

    /// <summary>The columns after the trainer, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape output = _shapes.Output(inputSchema);
        if (!_options.UncertaintyColumns)
            return output;
        string[] names = NestedScoreColumns.NamesOf(_task);
        return new SchemaShape(output.Where(column => !names.Contains(column.Name)).Concat(names.Select(name =>
            SchemaShapes.Column(name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false))));
    }
}
