using System.Security.Cryptography;
using System.Text;
using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.NeuralNetwork;

/// <summary>Everything about a fit that the options and the data decide together.</summary>
internal sealed record FitPlan(
    NetTask Task,
    Architecture Architecture,
    InputShape Input,
    int OutputWidth,
    int Epochs,
    int BatchSize,
    double LearningRate,
    int Patience,
    long Seed,
    string Device)
{
    /// <summary>Rows that pass through the net in a step.</summary>
    public double RowsPerStep { get; init; } = BatchSize;

    /// <summary>Fills in what the options leave out.</summary>
    public static FitPlan Of(NetworkTrainerOptions options, TrainingSet set, FineTuningPlan fineTuning, long seed, string device)
    {
        int batchSize = options.BatchSize ?? AutomaticSettings.BatchSize(set.Rows);
        int epochs = options.Epochs ?? AutomaticSettings.Epochs(set.Rows, batchSize);
        return new FitPlan(
            set.Columns.Task,
            options.Architecture ?? fineTuning.Initial?.Network.Architecture ?? AutomaticSettings.Architecture(set.Columns.Input),
            set.Columns.Input,
            AutomaticSettings.OutputWidth(set.Columns.Task, set.Columns.Classes),
            epochs,
            batchSize,
            options.EffectiveLearningRate,
            options.EarlyStoppingPatience ?? AutomaticSettings.Patience(epochs),
            seed,
            device)
        {
            RowsPerStep = batchSize * fineTuning.RowsPerTargetRow,
        };
    }

    /// <summary>Identifies a fit by all that decides its result, for the name of its checkpoint.</summary>
    public string Fingerprint(NeuralNetworkOptions o, int threads, string dataHash, string fineTuning)
    {
        string text = InvariantText.Of(() => string.Join('\n', this, Architecture, o.EffectiveOptimizer, o.LearningRateSchedule, string.Join(';', o.Regularization), o.GradientClipping, o.InitialWeights, o.Augmentation,
            o.ValidationFraction, o.LabelSmoothing, o.ClassWeights, o.HuberDelta, o.Precision, o.FreezeUntil, o.FreezeStatistics, o.ChannelStatistics, o.Cache, o.Cache?.BufferRows, threads,
            typeof(FitPlan).Assembly.GetName().Version, typeof(TorchSharp.torch).Assembly.GetName().Version, dataHash, fineTuning));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32].ToLowerInvariant();
    }
}
