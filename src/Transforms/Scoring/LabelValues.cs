using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>The values of a label's key, of any type that ML.NET has for them. Immutable.</summary>
internal abstract class LabelValues
{
    private const string KeyValues = "KeyValues";

    /// <summary>Their type's name in the model file.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether they are texts, and so may name slots.</summary>
    public bool AreTexts => this is TypedLabelValues<ReadOnlyMemory<char>>;

    /// <summary>The values of a label column; null when it is no key or has no value for each of them.</summary>
    public static LabelValues? Of(DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType key || label.Annotations.Schema.GetColumnOrNull(KeyValues)?.Type is not VectorDataViewType type
            || (ulong)type.Size != key.Count)
            return null;
        return LabelValueType.Find(type.ItemType)?.Read(label.Annotations, KeyValues);
    }

    /// <summary>The values from texts that <see cref="ToTexts"/> made.</summary>
    /// <exception cref="FormatException">They cannot be read.</exception>
    public static LabelValues FromTexts(string typeName, IReadOnlyList<string> texts) =>
        (LabelValueType.Find(typeName) ?? throw new FormatException($"Unknown type of label values '{typeName}'.")).Parse(texts);

    /// <summary>The values as invariant texts that lose nothing.</summary>
    public abstract IReadOnlyList<string> ToTexts();

    /// <summary>Adds the values to annotations under a name.</summary>
    public abstract void AddTo(DataViewSchema.Annotations.Builder builder, string name);
}
