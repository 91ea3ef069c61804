using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>A type that a key's values can have, and how its values are written as text.</summary>
internal abstract class LabelValueType(string name, PrimitiveDataViewType itemType)
{
    private static readonly LabelValueType[] All =
    [
        new LabelValueType<ReadOnlyMemory<char>>("Text", TextDataViewType.Instance, value => value.ToString(), text => text.AsMemory()),
        new LabelValueType<bool>("Boolean", BooleanDataViewType.Instance, value => value ? "True" : "False", bool.Parse),
        Number<float>("Single", NumberDataViewType.Single), Number<double>("Double", NumberDataViewType.Double),
        Number<sbyte>("SByte", NumberDataViewType.SByte), Number<byte>("Byte", NumberDataViewType.Byte),
        Number<short>("Int16", NumberDataViewType.Int16), Number<ushort>("UInt16", NumberDataViewType.UInt16),
        Number<int>("Int32", NumberDataViewType.Int32), Number<uint>("UInt32", NumberDataViewType.UInt32),
        Number<long>("Int64", NumberDataViewType.Int64), Number<ulong>("UInt64", NumberDataViewType.UInt64),
        new LabelValueType<DateTime>("DateTime", DateTimeDataViewType.Instance, value => value.ToString("O", CultureInfo.InvariantCulture),
            text => DateTime.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)),
        new LabelValueType<DateTimeOffset>("DateTimeOffset", DateTimeOffsetDataViewType.Instance, value => value.ToString("O", CultureInfo.InvariantCulture),
            text => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture)),
        new LabelValueType<TimeSpan>("TimeSpan", TimeSpanDataViewType.Instance, value => value.ToString("c", CultureInfo.InvariantCulture),
            text => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture)),
    ];

    public string Name { get; } = name;

    public PrimitiveDataViewType ItemType { get; } = itemType;

    public static LabelValueType? Find(DataViewType itemType) => All.FirstOrDefault(type => type.ItemType.Equals(itemType));

    public static LabelValueType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>Reads values from annotations.</summary>
    public abstract LabelValues Read(DataViewSchema.Annotations annotations, string name);

    /// <summary>Reads values from texts.</summary>
    public abstract LabelValues Parse(IReadOnlyList<string> texts);

    private static LabelValueType<T> Number<T>(string name, PrimitiveDataViewType itemType)
        where T : IFormattable, IParsable<T> =>
        new(name, itemType, value => value.ToString(null, CultureInfo.InvariantCulture), text => T.Parse(text, CultureInfo.InvariantCulture));
}
