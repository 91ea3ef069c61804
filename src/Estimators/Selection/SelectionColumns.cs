using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Data;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Selection;

/// <summary>The columns of source and target that a selection reads, checked against each other.</summary>
internal static class SelectionColumns
{
    /// <summary>Finds and checks the columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or width.</exception>
    public static (TrainingColumns Source, TrainingColumns Target) Of(DataViewSchema source, DataViewSchema target, PretrainingSelectionOptions options)
    {
        TrainingColumns ofSource = Find(source, "source", options.LabelColumnName, options.EmbeddingColumnName, NetTask.Multiclass);
        NetTask task = target.GetColumnOrNull(options.TargetLabel)?.Type is BooleanDataViewType ? NetTask.Binary : NetTask.Multiclass;
        TrainingColumns ofTarget = Find(target, "target", options.TargetLabel, options.TargetEmbedding, task);
        if (ofSource.Width != ofTarget.Width)
            throw new ArgumentOutOfRangeException(nameof(target),
                $"SelectPretrainingData: embedding column '{ofSource.Features.Name}' of the source has {ofSource.Width} values, '{ofTarget.Features.Name}' of the target has {ofTarget.Width}. "
                + "Pass both through the same fitted stages.");
        return (ofSource, ofTarget);
    }

    private static TrainingColumns Find(DataViewSchema schema, string side, string label, string embedding, NetTask task)
    {
        try
        {
            return TrainingColumns.Of(schema, task, new NeuralNetworkOptions { LabelColumnName = label, FeatureColumnName = embedding });
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ArgumentOutOfRangeException(nameof(schema), $"SelectPretrainingData, {side}: {e.Message}");
        }
    }
}
