using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests;

/// <summary>The three tasks, each with its label column and its own way to a pipeline.</summary>
public enum TaskKind
{
    Multiclass,
    Binary,
    Regression,
}

internal static class Tasks
{
    public static TheoryData<TaskKind> All => new(Enum.GetValues<TaskKind>());

    public static string LabelColumn(this TaskKind task) => task switch
    {
        TaskKind.Multiclass => "Label",
        TaskKind.Binary => nameof(ToyRow.Positive),
        _ => nameof(ToyRow.Number),
    };

    /// <summary>A trainer with quick settings.</summary>
    public static NeuralNetworkTrainer Trainer(this TaskKind task, MLContext ml, Action<NeuralNetworkOptions>? change = null)
    {
        var options = new NeuralNetworkOptions { LabelColumnName = task.LabelColumn(), Architecture = Architecture.Mlp([16], normalization: Normalization.Batch), Epochs = 5, BatchSize = 32, Seed = 3 };
        change?.Invoke(options);
        return task switch
        {
            TaskKind.Multiclass => ml.MulticlassClassification.Trainers.NeuralNetwork(options),
            TaskKind.Binary => ml.BinaryClassification.Trainers.NeuralNetwork(options),
            _ => ml.Regression.Trainers.NeuralNetwork(options),
        };
    }

    /// <summary>Label mapping where the task needs it, then the trainer.</summary>
    public static IEstimator<ITransformer> Pipeline(this TaskKind task, MLContext ml, Action<NeuralNetworkOptions>? change = null)
    {
        NeuralNetworkTrainer trainer = task.Trainer(ml, change);
        return task == TaskKind.Multiclass ? ml.Transforms.Conversion.MapValueToKey("Label", nameof(ToyRow.Class)).Append(trainer) : trainer;
    }

    /// <summary>The label mapped, so that the trainer alone can be fitted.</summary>
    public static IDataView Prepared(this TaskKind task, MLContext ml, IDataView rows)
    {
        if (task != TaskKind.Multiclass)
            return rows;
        return ml.Transforms.Conversion.MapValueToKey("Label", nameof(ToyRow.Class), keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows).Transform(rows);
    }

    /// <summary>All scores of rows, flat.</summary>
    public static float[] Scores(this TaskKind task, IDataView scored) => task == TaskKind.Multiclass
        ? [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)]
        : [.. scored.GetColumn<float>("Score")];
}
