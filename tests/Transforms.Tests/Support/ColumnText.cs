using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>A column with its type and all its annotations as lines of text, so that two can be compared and a difference can be read.</summary>
internal static class ColumnText
{
    public static string[] Describe(IEnumerable<DataViewSchema.Column> columns) => [.. columns.SelectMany(Describe)];

    private static IEnumerable<string> Describe(DataViewSchema.Column column) =>
    [
        $"{column.Name}: {column.Type}",
        .. column.Annotations.Schema.OrderBy(annotation => annotation.Name, StringComparer.Ordinal)
            .Select(annotation => $"  {annotation.Name}: {annotation.Type} = {Value(column.Annotations, annotation)}"),
    ];

    private static string Value(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        (string method, Type type) = annotation.Type is VectorDataViewType vector
            ? (nameof(Vector), vector.ItemType.RawType)
            : (nameof(Scalar), annotation.Type.RawType);
        return (string)typeof(ColumnText).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [annotations, annotation.Name])!;
    }

    private static string Scalar<T>(DataViewSchema.Annotations annotations, string name)
    {
        T value = default!;
        annotations.GetValue(name, ref value);
        return Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }

    private static string Vector<T>(DataViewSchema.Annotations annotations, string name)
    {
        VBuffer<T> values = default;
        annotations.GetValue(name, ref values);
        return string.Join("|", values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
    }
}
