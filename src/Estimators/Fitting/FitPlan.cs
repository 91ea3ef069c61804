using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.FineTuning;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Fitting;

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
}
