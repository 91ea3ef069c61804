using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Data;

/// <summary>The columns that a fit reads, checked against the schema.</summary>
internal sealed class TrainingColumns
{
    private TrainingColumns(NetTask task, DataViewSchema.Column features, InputShape input, DataViewSchema.Column label, DataViewSchema.Column? weight)
    {
        Task = task;
        Input = input;
        Features = features;
        Label = label;
        Weight = weight;
        Width = ((VectorDataViewType)features.Type).Size;
        Classes = label.Type is KeyDataViewType key ? checked((int)key.Count) : task == NetTask.Binary ? 2 : 1;
    }

    public NetTask Task { get; }

    public DataViewSchema.Column Features { get; }

    public DataViewSchema.Column Label { get; }

    public DataViewSchema.Column? Weight { get; }

    /// <summary>Features per row.</summary>
    public int Width { get; }

    /// <summary>What a row of features is to the recipe in force.</summary>
    public InputShape Input { get; }

    /// <summary>Classes of the label; 1 for regression.</summary>
    public int Classes { get; }

    /// <summary>Whether the label is read; without, every row has the label 0.</summary>
    public bool IsLabelled { get; private init; } = true;

    /// <summary>Finds and checks the columns of rows whose labels nobody needs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public static TrainingColumns WithoutLabel(DataViewSchema schema, NetworkTrainerOptions options)
    {
        DataViewSchema.Column features = FindFeatures(schema, options);
        return new TrainingColumns(NetTask.Regression, features, ShapeOf(features, options), features, FindWeight(schema, options)) { IsLabelled = false };
    }

    /// <summary>Finds and checks the columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public static TrainingColumns Of(DataViewSchema schema, NetTask task, NetworkTrainerOptions options)
    {
        DataViewSchema.Column features = FindFeatures(schema, options);
        DataViewSchema.Column label = Find(schema, options.LabelColumnName, "Label");
        if (!LabelTypes.Fits(task, label.Type))
            throw Mismatch("Label", label.Name, LabelTypes.Expectation(task), label.Type.ToString());
        return new TrainingColumns(task, features, ShapeOf(features, options), label, FindWeight(schema, options));
    }

    /// <summary>Checks that a validation set has the same columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has not.</exception>
    public TrainingColumns ForValidation(DataViewSchema schema, NetworkTrainerOptions options)
    {
        TrainingColumns other;
        try
        {
            other = Of(schema, Task, options);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "ValidationSet: " + e.Message + " Pass the validation rows through the same stages as the training rows.");
        }

        if (other.Width != Width)
            throw new ArgumentOutOfRangeException(nameof(options),
                $"ValidationSet: feature column '{Features.Name}' has {other.Width} features; the training rows have {Width}. Pass both through the same fitted stages.");
        if (other.Classes != Classes)
            throw new ArgumentOutOfRangeException(nameof(options),
                $"ValidationSet: label column '{Label.Name}' has {other.Classes} classes; the training rows have {Classes}. Use the key mapping that was fitted on the training rows.");
        return other;
    }

    internal static ArgumentOutOfRangeException Mismatch(string role, string name, string expected, string? found) => new(
        "inputSchema", $"Schema mismatch for {role} column '{name}': expected {expected}, got {found}.");

    private static DataViewSchema.Column FindFeatures(DataViewSchema schema, NetworkTrainerOptions options)
    {
        DataViewSchema.Column features = Find(schema, options.FeatureColumnName, "Feature");
        return features.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Single && vector.Size > 0
            ? features
            : throw Mismatch("Feature", features.Name, LabelTypes.FeatureExpectation, features.Type.ToString());
    }

    private static InputShape ShapeOf(DataViewSchema.Column features, NetworkTrainerOptions options) =>
        FeatureShape.Of((VectorDataViewType)features.Type, features.Name, options);

    private static DataViewSchema.Column? FindWeight(DataViewSchema schema, NetworkTrainerOptions options)
    {
        if (options.ExampleWeightColumnName is not { } name)
            return null;
        DataViewSchema.Column weight = Find(schema, name, "Weight");
        return weight.Type == NumberDataViewType.Single ? weight : throw Mismatch("Weight", name, LabelTypes.WeightExpectation, weight.Type.ToString());
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name, string role) =>
        schema.GetColumnOrNull(name) ?? throw new ArgumentOutOfRangeException(nameof(schema), LabelTypes.NotFound(role, name, schema.Select(column => column.Name)));
}
