using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Interop;

namespace MLExtensions.Estimators.Fitting;

/// <summary>The early check of a pipeline: the shapes of the columns before and after a trainer.</summary>
internal sealed class TrainerColumnShapes(NetTask task, NetworkTrainerOptions options)
{
    /// <summary>The columns after the trainer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column before it is missing or has another type.</exception>
    public SchemaShape Output(SchemaShape input)
    {
        ArgumentNullException.ThrowIfNull(input);
        SchemaShape.Column features = Find(input, options.FeatureColumnName, "Feature");
        if (features.Kind != SchemaShape.Column.VectorKind.Vector || features.ItemType != NumberDataViewType.Single)
            throw TrainingColumns.Mismatch("Feature", features.Name, LabelTypes.FeatureExpectation, Describe(features));
        SchemaShape.Column label = Find(input, options.LabelColumnName, "Label");
        if (!Fits(label))
            throw TrainingColumns.Mismatch("Label", label.Name, LabelTypes.Expectation(task), Describe(label));
        if (options.ExampleWeightColumnName is { } name && Find(input, name, "Weight") is var weight
            && (weight.Kind != SchemaShape.Column.VectorKind.Scalar || weight.ItemType != NumberDataViewType.Single))
            throw TrainingColumns.Mismatch("Weight", name, LabelTypes.WeightExpectation, Describe(weight));
        SchemaShape.Column[] output = ScoreColumnShapes.Of(task, options, label);
        return new SchemaShape(input.Where(column => output.All(added => added.Name != column.Name)).Concat(output));
    }

    private bool Fits(SchemaShape.Column label) => label.Kind == SchemaShape.Column.VectorKind.Scalar && task switch
    {
        NetTask.Multiclass => label.IsKey,
        NetTask.Binary => !label.IsKey && label.ItemType == BooleanDataViewType.Instance,
        _ => !label.IsKey && label.ItemType == NumberDataViewType.Single,
    };

    private static string Describe(SchemaShape.Column column) => $"{(column.IsKey ? "key of " : "")}{column.Kind} of {column.ItemType}";

    private static SchemaShape.Column Find(SchemaShape schema, string name, string role)
    {
        foreach (SchemaShape.Column column in schema)
            if (column.Name == name)
                return column;
        throw new ArgumentOutOfRangeException("inputSchema", LabelTypes.NotFound(role, name, schema.Select(column => column.Name)));
    }
}
