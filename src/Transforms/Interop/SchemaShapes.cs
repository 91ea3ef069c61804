using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Interop;

/// <summary>Makes and reads the shapes of columns.</summary>
internal static class SchemaShapes
{
    /// <summary>The shape of a schema.</summary>
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>A column.</summary>
    public static SchemaShape.Column Column(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations = null) =>
        new(name, kind, itemType, isKey, annotations);

    /// <summary>What every score column is annotated with.</summary>
    public static SchemaShape ScoreAnnotations(bool normalized) => new(Common(normalized));

    /// <summary>The annotations of a predicted key: its values, where the label has values.</summary>
    public static SchemaShape PredictedLabelAnnotations(SchemaShape.Column label)
    {
        List<SchemaShape.Column> columns = Common(normalized: false);
        if (KeyValues(label) is { } values)
            columns.Add(Column(AnnotationUtils.Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, values.ItemType, isKey: false));
        return new SchemaShape(columns);
    }

    /// <summary>The annotations of a score for each class: the label's values, as slot names too where they are text.</summary>
    public static SchemaShape MulticlassScoreAnnotations(SchemaShape.Column label)
    {
        List<SchemaShape.Column> columns = Common(normalized: false);
        if (KeyValues(label) is { } values)
        {
            columns.Add(Column(AnnotationUtils.Kinds.TrainingLabelValues, SchemaShape.Column.VectorKind.Vector, values.ItemType, isKey: false));
            if (values.ItemType == TextDataViewType.Instance)
                columns.Add(Column(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false));
        }

        return new SchemaShape(columns);
    }

    private static List<SchemaShape.Column> Common(bool normalized)
    {
        List<SchemaShape.Column> columns =
        [
            Column(AnnotationUtils.Kinds.ScoreColumnSetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
            Column(AnnotationUtils.Kinds.ScoreColumnKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, isKey: false),
            Column(AnnotationUtils.Kinds.ScoreValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, isKey: false),
        ];
        if (normalized)
            columns.Add(Column(AnnotationUtils.Kinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, isKey: false));
        return columns;
    }

    private static SchemaShape.Column? KeyValues(SchemaShape.Column label)
    {
        foreach (SchemaShape.Column annotation in label.Annotations)
            if (annotation.Name == AnnotationUtils.Kinds.KeyValues)
                return annotation;
        return null;
    }
}
