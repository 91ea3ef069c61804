using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// A fitted net: the managed arrays are the truth; torch modules and scorers are made from them whenever they are needed. Immutable.
/// </summary>
/// <param name="Task">What the net predicts.</param>
/// <param name="Architecture">The recipe.</param>
/// <param name="Input">What a row of features is.</param>
/// <param name="OutputWidth">Raw outputs per row: classes, or 1.</param>
/// <param name="Parameters">All trained parameters in the order of the net's <see cref="ParameterLayout"/>.</param>
/// <param name="Buffers">Running statistics of batch normalisation, in the order of the layout; empty without.</param>
/// <param name="Report">What happened while it was fitted.</param>
internal sealed record FittedNetwork(
    NetTask Task,
    Architecture Architecture,
    InputShape Input,
    int OutputWidth,
    float[] Parameters,
    float[] Buffers,
    TrainingReport Report)
{
    /// <summary>Regression: the label's mean over the training rows; the net learns (label - mean) / scale.</summary>
    public float TargetMean { get; init; }

    /// <summary>Regression: the label's standard deviation over the training rows.</summary>
    public float TargetScale { get; init; } = 1;

    /// <summary>What is taken off each feature (of a picture: each channel) before the first layer; empty for nothing.</summary>
    public float[] FeatureMean { get; init; } = [];

    /// <summary>What each feature (of a picture: each channel) is multiplied by after that; empty for nothing.</summary>
    public float[] FeatureFactor { get; init; } = [];

    /// <summary>The type of numbers in which it scores.</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether each picture is scored together with its mirror image.</summary>
    public bool Mirrored
    {
        get;
        init
        {
            field = value;
            _scorer = null; // a copy of this record has that of the original
        }
    }

    /// <summary>Features per row.</summary>
    public int InputWidth => Input.Length;

    private IRowScorer? _scorer;

    /// <summary>The same net, scored in another type of numbers.</summary>
    public FittedNetwork In(Precision precision) => this with { Precision = precision, _scorer = null };

    /// <summary>Makes a scorer that gives what the output layer sees: the last hidden layer's activations, or the vector after a convolutional body.</summary>
    /// <exception cref="InvalidOperationException">A linear model has no hidden layer.</exception>
    public IRowScorer CreateEmbedder() => Architecture is ConvArchitecture ? new ConvScorer(this, head: false) : ManagedMlp.Create(this, head: false);

    /// <summary>The scorer, made at first use and shared by all threads.</summary>
    public IRowScorer Scorer => _scorer ??= Mirrored ? new MirroringScorer(CreateScorer(), Input) : CreateScorer();

    private IRowScorer CreateScorer() => Architecture is ConvArchitecture ? new ConvScorer(this) : ManagedMlp.Create(this);
}
