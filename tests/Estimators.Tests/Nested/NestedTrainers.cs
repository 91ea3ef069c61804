using Microsoft.ML;

namespace MLExtensions.Estimators.Tests.Nested;

/// <summary>Quick nested trainers for the three tasks.</summary>
internal static class NestedTrainers
{
    public static BayesianNestedNetworkTrainer Create(MLContext ml, TaskKind task, Action<BayesianNestedNetworkOptions>? change = null)
    {
        var options = new BayesianNestedNetworkOptions
        {
            LabelColumnName = task.LabelColumn(),
            Architecture = Architecture.Mlp([16, 8], normalization: Normalization.Batch),
            Groups = 8,
            FloorGroups = 2,
            Epochs = 8,
            BatchSize = 32,
            Seed = 3,
        };
        change?.Invoke(options);
        return task switch
        {
            TaskKind.Multiclass => ml.MulticlassClassification.Trainers.BayesianNestedNetwork(options),
            TaskKind.Binary => ml.BinaryClassification.Trainers.BayesianNestedNetwork(options),
            _ => ml.Regression.Trainers.BayesianNestedNetwork(options),
        };
    }

    public static BayesianNestedTransformer Fit(MLContext ml, TaskKind task, int rows = 600, Action<BayesianNestedNetworkOptions>? change = null) =>
        Create(ml, task, change).Fit(task.Prepared(ml, ToyRow.View(ml, rows)));
}
