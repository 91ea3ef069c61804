using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>Label values of one type.</summary>
internal sealed class TypedLabelValues<T>(LabelValueType<T> type, T[] values) : LabelValues
{
    private readonly VBuffer<T> _values = new(values.Length, values);

    public override string TypeName => type.Name;

    public override IReadOnlyList<string> ToTexts() => [.. values.Select(type.ToText)];

    public override void AddTo(DataViewSchema.Annotations.Builder builder, string name) =>
        builder.Add(name, new VectorDataViewType(type.ItemType, values.Length), (ref VBuffer<T> target) => _values.CopyTo(ref target));
}
