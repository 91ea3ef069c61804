using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Data;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Selection;

/// <summary>The early check of a pipeline with a selection in it.</summary>
internal static class SchemaShapeCheck
{
    /// <exception cref="ArgumentOutOfRangeException">A column of the source is missing or has another type.</exception>
    public static void Run(SchemaShape input, PretrainingSelectionOptions options)
    {
        SchemaShape.Column embedding = Find(input, options.EmbeddingColumnName, "Embedding");
        if (embedding.Kind != SchemaShape.Column.VectorKind.Vector || embedding.ItemType != NumberDataViewType.Single)
            throw TrainingColumns.Mismatch("Embedding", embedding.Name, LabelTypes.FeatureExpectation, $"{embedding.Kind} of {embedding.ItemType}");
        SchemaShape.Column label = Find(input, options.LabelColumnName, "Label");
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw TrainingColumns.Mismatch("Label", label.Name, LabelTypes.Expectation(NetTask.Multiclass), $"{label.Kind} of {label.ItemType}");
    }

    private static SchemaShape.Column Find(SchemaShape schema, string name, string role)
    {
        foreach (SchemaShape.Column column in schema)
            if (column.Name == name)
                return column;
        throw new ArgumentOutOfRangeException("inputSchema", LabelTypes.NotFound(role, name, schema.Select(column => column.Name)));
    }
}
