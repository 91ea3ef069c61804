using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLExtensions.Trainers.Nested;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.ModelFile;
using MLExtensions.Transforms.Rows;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions;

/// <summary>
/// A fitted Bayesian nested net as a stage of a pipeline. It is a view of the net: of a width, with mean or drawn weights, with or without columns of uncertainty; the
/// With methods give other views of the same net. Immutable and thread-safe. A narrow view computes less. Perceptrons score in managed code, without libtorch;
/// convolutional nets in libtorch.
/// </summary>
/// <remarks>
/// Draws of the weights are made once for each view, from the seed of the fit: a row has the same scores alone and in a batch, in any order, on any thread and in any
/// process; in convolutional nets up to rounding, since libtorch adds up in another order in another batch. A view with n draws holds n copies of the weights of its
/// width.
/// </remarks>
public sealed partial class BayesianNestedTransformer : PredictionTransformer<BayesianNestedModel>
{
    private readonly IHostEnvironment _environment;
    private readonly RowScoring _scoring;
    private readonly ScoreColumnNames _names;
    private readonly LabelValues? _labels;

    internal BayesianNestedTransformer(IHostEnvironment environment, NestedNetwork network, NestedView view, ScoreColumnNames names, LabelValues? labels)
    {
        ArgumentNullException.ThrowIfNull(environment);
        _environment = environment;
        Model = new BayesianNestedModel(network, view);
        _names = names;
        _labels = labels;
        _scoring = new RowScoring(NestedScorers.Of(network, view), new NestedScoreColumns(network, view, names, labels), names.Feature);
    }

    /// <summary>Facts about the net and this view.</summary>
    public override BayesianNestedModel Model { get; }

    /// <summary>What happened while the net was fitted.</summary>
    public TrainingReport Report => Model.Network.Report;

    internal ScoreColumnNames Names => _names;

    internal IReadOnlyList<string>? LabelTexts => _labels?.ToTexts();

    /// <inheritdoc/>
    public override string FeatureColumnName => _names.Feature;

    /// <inheritdoc/>
    public override DataViewType FeatureColumnType => new VectorDataViewType(NumberDataViewType.Single, Model.InputWidth);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or has another type.</exception>
    public override DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _scoring.OutputSchema(inputSchema);
    }

    /// <inheritdoc/>
    public override IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoringView(input, _scoring, GetOutputSchema(input.Schema));
    }

    private protected override IRowToRowMapper CreateRowMapper(DataViewSchema inputSchema) => new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scoring);

    private protected override ModelKind Kind => ModelKind.BayesianNested;

    private protected override void Write(BinaryWriter writer) => NestedNetworkFile.Write(writer, Model.Network, Model.View, _names, _labels);
}
