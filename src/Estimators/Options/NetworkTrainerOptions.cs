using Microsoft.ML;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions;

/// <summary>
/// What all net trainers share. Nothing has to be set: what is null is chosen from the data, by the rules given here. Options are copied and checked when the
/// trainer is made; all faults come in one message.
/// </summary>
public abstract class NetworkTrainerOptions
{
    private protected NetworkTrainerOptions()
    {
    }

    /// <summary>The label column: a key (multiclass), a Boolean (binary) or a Single (regression).</summary>
    /// <value>The default value is "Label".</value>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The feature column: a vector of Single of known size.</summary>
    /// <value>The default value is "Features".</value>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>The column of example weights, Single, at least 0; a row of weight 2 counts like two rows.</summary>
    /// <value>The default value is <see langword="null"/>: all rows count the same.</value>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>The column that gets the prediction (classification).</summary>
    /// <value>The default value is "PredictedLabel".</value>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>The column that gets the score: probabilities of all classes (multiclass), the logit (binary), the predicted number (regression).</summary>
    /// <value>The default value is "Score".</value>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>The column that gets the probability of the positive class (binary).</summary>
    /// <value>The default value is "Probability".</value>
    public string ProbabilityColumnName { get; set; } = "Probability";

    /// <summary>The recipe of the net.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: that of the <see cref="InitialModel"/>; without one, for pictures, by their smaller side,
    /// <see cref="MLExtensions.Architecture.ConvNet"/> below 32 pixels,
    /// <see cref="MLExtensions.Architecture.CifarResNet"/> below 64 and <see cref="MLExtensions.Architecture.ResNet"/> from there on; for other features a multi-layer perceptron
    /// with 256 and 128 units, batch normalisation and dropout 0.1.
    /// </value>
    public Architecture? Architecture { get; set; }

    /// <summary>What a row of features is. Only to be given where the column's type does not say it: 784 or 3,072 numbers without dimensions that are pictures.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: a picture where the column has three dimensions, as <c>ExtractPixels</c> makes it, planar or interleaved; else a plain vector.
    /// </value>
    public InputShape? InputShape { get; set; }

    /// <summary>Mean and deviation of the pixels of each channel, which pictures are standardised with, in training and inside the fitted model.</summary>
    /// <value>The default value is <see langword="null"/>: those of the training rows.</value>
    public ChannelStatistics? ChannelStatistics { get; set; }

    /// <summary>The type of numbers in which the net trains and scores. <see cref="MLExtensions.Precision.BFloat16"/> is for convolutional recipes.</summary>
    /// <value>The default value is <see cref="MLExtensions.Precision.Float32"/>.</value>
    public Precision Precision { get; set; } = Precision.Float32;

    /// <summary>
    /// A fitted model to start from: a <see cref="NeuralNetworkTransformer"/>, a <see cref="BayesianNestedTransformer"/>, or a chain of transformers that holds one (the last
    /// counts). The weights of its body are taken by name and shape, and its standardisation of features with them; the <see cref="TrainingReport"/> says what matched. Make the
    /// features by the stages that it was trained with. A nested net gives its whole width, whatever its view: to a plain net its mean weights, to another nested one also their
    /// noise and the order of its units, where both have the same groups.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: random weights.</value>
    public ITransformer? InitialModel { get; set; }

    /// <summary>
    /// Whether weights of the initial model's output layer are taken too: those of classes that both models know by the same name, or the only output of the same task.
    /// Switch it off when equal names mean different things.
    /// </summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool UseInitialHead { get; set; } = true;

    /// <summary>What the learning rate of the output layer is multiplied by, above 0. Decoupled weight decay stays at the rate of the body.</summary>
    /// <value>The default value is <see langword="null"/>: 10 with an <see cref="InitialModel"/>, else 1.</value>
    public double? HeadLearningRateFactor { get; set; }

    /// <summary>Rows of a related set that are trained on jointly.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public PretrainingData? PretrainingData { get; set; }

    /// <summary>How training pictures are changed at random. For convolutional nets, whose features are pictures.</summary>
    /// <value>The default value is <see langword="null"/>: not at all.</value>
    public Augmentation? Augmentation { get; set; }

    /// <summary>
    /// A safetensors file whose weights the net starts from, by the names of torchvision for its nets and by <c>SaveWeights</c>'s own names for others.
    /// The body must be whole; a head of other classes is left at random. What matched is in <see cref="TrainingReport.InitialWeights"/>.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: random weights.</value>
    public string? InitialWeights { get; set; }

    /// <summary>Passes over the training rows, at least 1.</summary>
    /// <value>The default value is <see langword="null"/>: as many as 4,000 steps need, between 10 and 100.</value>
    public int? Epochs { get; set; }

    /// <summary>Rows per step, at least 1.</summary>
    /// <value>The default value is <see langword="null"/>: a hundredth of the training rows, rounded to a power of two between 16 and 128.</value>
    public int? BatchSize { get; set; }

    /// <summary>How the parameters follow the gradient.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: <see cref="MLExtensions.Optimizer.AdamW"/> with a weight decay of 0.3, or <see cref="MLExtensions.Optimizer.Adam"/> where
    /// <see cref="Regularization"/> has a weight decay of its own.
    /// </value>
    public Optimizer? Optimizer { get; set; }

    /// <summary>The learning rate η at its highest, above 0.</summary>
    /// <value>The default value is <see langword="null"/>: the optimiser's own, 3e-3 for Adam and AdamW, 0.05 for SGD; with an <see cref="InitialModel"/> the body learns at it
    /// divided by the root of <see cref="HeadLearningRateFactor"/>, and so the output layer at it times that root.</value>
    public double? LearningRate { get; set; }

    /// <summary>How the learning rate changes over the fit.</summary>
    /// <value>The default value is <see cref="MLExtensions.LearningRateSchedule.Cosine"/> with its defaults.</value>
    public LearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedule.Cosine();

    /// <summary>Regularisers; they combine, and each weight has one owner.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<Regularizer> Regularization { get; set; } = [];

    /// <summary>Whether the <see cref="TrainingReport"/> tells, for every epoch, of weight norms, turning angles and input gradients (<see cref="EpochReport.Telemetry"/>). Does not change the fit.</summary>
    /// <value>The default value is <see langword="true"/>: a few passes over the weights per epoch.</value>
    public bool Telemetry { get; set; } = true;

    /// <summary>The largest norm of the whole gradient, above 0; a longer gradient is shortened to it.</summary>
    /// <value>The default value is <see langword="null"/>: no limit.</value>
    public double? GradientClipping { get; set; }

    /// <summary>Rows on which the fit is measured after every epoch; the same columns as the training rows, already transformed.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public IDataView? ValidationSet { get; set; }

    /// <summary>The share of training rows that is set aside for validation, per class, in [0, 0.5]. Not used with a <see cref="ValidationSet"/>.</summary>
    /// <value>The default value is <see langword="null"/>: 0.1 from 500 training rows on, else 0.</value>
    public double? ValidationFraction { get; set; }

    /// <summary>
    /// Epochs without a lower validation loss after which the fit stops. With it, the model keeps the weights of the lowest validation loss. 0: all epochs are run
    /// and the last weights are kept.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: half of the epochs, at least 10. Without validation it has no effect.</value>
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>The seed of everything random: initial weights, order of rows, dropout, validation split. The same seed on the same machine gives the same bits.</summary>
    /// <value>The default value is <see langword="null"/>: from the <see cref="MLContext"/>'s seed.</value>
    public long? Seed { get; set; }

    /// <summary>The index of the CUDA device.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="MLContext.GpuDeviceId"/>, and the CPU where that is null too.</value>
    public int? GpuDeviceId { get; set; }

    /// <summary>Whether the CPU is used when the CUDA device is missing; otherwise that is an error.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="MLContext.FallbackToCpu"/>.</value>
    public bool? FallbackToCpu { get; set; }

    /// <summary>Threads within one torch operation.</summary>
    /// <value>The default value is <see cref="MLExtensions.ThreadPolicy.Auto"/>.</value>
    public ThreadPolicy Threads { get; set; } = ThreadPolicy.Auto;

    /// <summary>Whether rows are kept in memory or read anew every epoch.</summary>
    /// <value>The default value is <see cref="MLExtensions.CachePolicy.Auto"/>.</value>
    public CachePolicy Cache { get; set; } = CachePolicy.Auto;

    /// <summary>
    /// A folder in which the state of the fit is kept after every epoch. A fit that was interrupted and is run again with the same options and data goes on from
    /// there, with the same result as one that was not; a finished fit removes its file.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: no checkpoints.</value>
    public string? CheckpointFolder { get; set; }

    /// <summary>Receives progress a few times per second.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>Stops the fit within a step.</summary>
    /// <value>The default value never cancels.</value>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>What a cancelled fit does.</summary>
    /// <value>The default value is <see cref="MLExtensions.CancellationBehavior.Throw"/>.</value>
    public CancellationBehavior OnCancellation { get; set; } = CancellationBehavior.Throw;

    /// <summary>The optimiser in force.</summary>
    internal Optimizer EffectiveOptimizer =>
        Optimizer ?? (Regularization.OfType<WeightDecayRegularizer>().Any() ? MLExtensions.Optimizer.Adam() : MLExtensions.Optimizer.AdamW(weightDecay: 0.3));

    /// <summary>The factor in force.</summary>
    internal double EffectiveHeadRate => HeadLearningRateFactor ?? (InitialModel is null ? 1 : 10);

    /// <summary>The learning rate in force.</summary>
    internal double EffectiveLearningRate => LearningRate ?? EffectiveOptimizer.DefaultLearningRate / (InitialModel is null ? 1 : Math.Sqrt(EffectiveHeadRate));

    /// <summary>The names of the columns that a fitted model reads and writes.</summary>
    internal ScoreColumnNames ScoreColumnNames => new(FeatureColumnName, LabelColumnName, PredictedLabelColumnName, ScoreColumnName, ProbabilityColumnName);

    /// <summary>A copy, of the type that these options are, that later changes of this object do not reach.</summary>
    internal T Copy<T>()
        where T : NetworkTrainerOptions
    {
        var copy = (T)MemberwiseClone();
        if (Regularization is not null)
            copy.Regularization = [.. Regularization];
        copy.PretrainingData = PretrainingData?.Copy();
        return copy;
    }

    /// <summary>These options with other validation rows; null leaves them as they are.</summary>
    internal T WithValidation<T>(IDataView? validationSet)
        where T : NetworkTrainerOptions
    {
        if (validationSet is null)
            return (T)this;
        T copy = Copy<T>();
        copy.ValidationSet = validationSet;
        copy.ValidationFraction = null;
        return copy;
    }

    /// <summary>What the short forms of the catalogs set.</summary>
    internal static T Create<T>(string labelColumnName, string featureColumnName, string? exampleWeightColumnName, Architecture? architecture, int? epochs)
        where T : NetworkTrainerOptions, new() => new()
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            Architecture = architecture,
            Epochs = epochs,
        };

    /// <summary>These options, as the pre-training rows are read with.</summary>
    internal NetworkTrainerOptions ForPretraining()
    {
        var copy = (NetworkTrainerOptions)MemberwiseClone();
        copy.LabelColumnName = PretrainingData!.LabelColumnName;
        copy.FeatureColumnName = PretrainingData.FeatureColumnName ?? FeatureColumnName;
        copy.ExampleWeightColumnName = PretrainingData.ExampleWeightColumnName;
        copy.ValidationSet = null;
        copy.ValidationFraction = 0;
        return copy;
    }

    /// <summary>Adds what is wrong with these options for a task to <paramref name="faults"/>, one line each.</summary>
    internal virtual void Check(NetTask task, ICollection<string> faults)
    {
        NetworkOptionsCheck.Run(this, faults);
        FineTuningCheck.Run(this, task, faults);
    }
}
