using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Selection;

/// <summary>Rows of chosen classes; a row without a label is of no class.</summary>
internal sealed class RowsByClass : RowChoice
{
    private readonly SelectionRule _rule;
    private readonly Func<ulong> _key;

    public RowsByClass(SelectionRule rule, DataViewRow row, DataViewSchema.Column label)
    {
        _rule = rule;
        Type type = label.Type.RawType;
        _key = type == typeof(byte) ? Getter<byte>(row, label, key => key)
            : type == typeof(ushort) ? Getter<ushort>(row, label, key => key)
            : type == typeof(ulong) ? Getter<ulong>(row, label, key => key)
            : Getter<uint>(row, label, key => key);
    }

    public override bool Takes(long position)
    {
        ulong key = _key();
        if (key == 0)
            return false;
        Weight = _rule.ClassWeights[key - 1];
        return Weight > 0;
    }

    private static Func<ulong> Getter<T>(DataViewRow row, DataViewSchema.Column column, Func<T, ulong> convert)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }
}
