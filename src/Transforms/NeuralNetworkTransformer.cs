using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Trainers.WeightFiles;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.ModelFile;
using MLExtensions.Transforms.Rows;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions;

/// <summary>
/// A fitted neural net as a stage of a pipeline: adds ML.NET's score columns. Immutable and thread-safe. Multi-layer perceptrons are scored in
/// managed code, without libtorch; convolutional nets in torch.
/// A feature that is NaN gives scores that are NaN.
/// </summary>
public sealed class NeuralNetworkTransformer : PredictionTransformer<NeuralNetworkModel>, IDisposable
{
    private readonly RowScoring _scoring;
    private readonly ScoreColumnNames _names;
    private readonly LabelValues? _labels;

    internal NeuralNetworkTransformer(IHostEnvironment environment, FittedNetwork network, ScoreColumnNames names, LabelValues? labels)
        : this(network, names, labels) => ArgumentNullException.ThrowIfNull(environment);

    private NeuralNetworkTransformer(FittedNetwork network, ScoreColumnNames names, LabelValues? labels)
    {
        Model = new NeuralNetworkModel(network);
        _names = names;
        _labels = labels;
        _scoring = new RowScoring(network.Scorer, ScoreColumns.Of(network.Task, names, network.OutputWidth, labels), names.Feature);
    }

    /// <summary>Facts about the net.</summary>
    public override NeuralNetworkModel Model { get; }

    /// <summary>What happened while the net was fitted.</summary>
    public TrainingReport Report => Model.Network.Report;

    /// <summary>What the classes are called, in the order of the outputs; null where the label had no values.</summary>
    internal IReadOnlyList<string>? LabelTexts => _labels?.ToTexts();

    internal ScoreColumnNames Names => _names;

    internal LabelValues? Labels => _labels;

    /// <summary>The type of numbers in which it scores.</summary>
    public Precision Precision => Model.Network.Precision;

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

    /// <summary>The same model, scoring in another type of numbers; its weights stay as they are.</summary>
    /// <param name="precision">The type of numbers.</param>
    /// <exception cref="InvalidOperationException">The recipe has no convolutions and scores in Float32 only.</exception>
    public NeuralNetworkTransformer WithPrecision(Precision precision)
    {
        if (precision != Precision.Float32 && Model.Architecture is not ConvArchitecture)
            throw new InvalidOperationException($"{Model.Architecture} scores in Float32; {precision} is for convolutional recipes.");
        return new NeuralNetworkTransformer(Model.Network.In(precision), _names, _labels);
    }

    /// <summary>
    /// The same net with test-time augmentation: each picture is scored together with its mirror image, left and right exchanged, and the mean of both raw outputs counts. Takes twice
    /// the time; saved with the model. Not for pictures with writing on them.
    /// </summary>
    /// <param name="mirrored">False gives the plain net back.</param>
    /// <exception cref="InvalidOperationException">The net's features are no picture.</exception>
    public NeuralNetworkTransformer WithTestTimeAugmentation(bool mirrored = true) => !mirrored || Model.Network.Input.IsImage
        ? new NeuralNetworkTransformer(Model.Network with { Mirrored = mirrored }, _names, _labels)
        : throw new InvalidOperationException(
            $"Test-time augmentation mirrors pictures; {Model.Architecture} was trained on plain vectors of {Model.InputWidth} features. Use a convolutional recipe such as Architecture.ConvNet().");

    /// <summary>Writes the net's weights as a safetensors file: under torchvision's names for its nets, which torchvision then loads; for others under names of our own.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        NetWeights.Save(path, Model.Network);
    }

    /// <summary>Lets go of native memory, which only convolutional nets have. Other users of the model are not disturbed: the managed weights stay, and scoring goes on from them.</summary>
    public void Dispose() => (Model.Network.Scorer as ConvScorer)?.Release();

    private protected override IRowToRowMapper CreateRowMapper(DataViewSchema inputSchema) => new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scoring);

    private protected override ModelKind Kind => ModelKind.NeuralNetwork;

    private protected override void Write(BinaryWriter writer) => NetworkFile.Write(writer, Model.Network, _names, _labels);
}
