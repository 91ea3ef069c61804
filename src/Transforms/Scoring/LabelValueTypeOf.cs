using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>A type of key values, with its .NET type.</summary>
internal sealed class LabelValueType<T>(string name, PrimitiveDataViewType itemType, Func<T, string> toText, Func<string, T> parse) : LabelValueType(name, itemType)
{
    /// <summary>A value as invariant text that loses nothing.</summary>
    public string ToText(T value) => toText(value);

    public override LabelValues Read(DataViewSchema.Annotations annotations, string name)
    {
        VBuffer<T> values = default;
        annotations.GetValue(name, ref values);
        T[] dense = [.. values.DenseValues()];
        // Texts point into memory that the data view may use again.
        return new TypedLabelValues<T>(this, dense is ReadOnlyMemory<char>[]? Array.ConvertAll(dense, value => parse(toText(value))) : dense);
    }

    public override LabelValues Parse(IReadOnlyList<string> texts) => new TypedLabelValues<T>(this, [.. texts.Select(parse)]);
}
