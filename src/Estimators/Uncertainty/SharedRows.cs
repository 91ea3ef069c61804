using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Uncertainty;

/// <summary>Finds rows with the same features in two data sets: a stranger that is also a known row makes a detection figure meaningless.</summary>
internal static class SharedRows
{
    /// <summary>Throws when the sets share rows.</summary>
    /// <exception cref="ArgumentException">They do.</exception>
    public static void Refuse(IDataView known, IDataView strangers, string featureColumnName)
    {
        if (ReferenceEquals(known, strangers))
            throw new ArgumentException("scoredIn and scoredOut are the same data set; give rows of another kind as scoredOut.", nameof(strangers));
        if (known.Schema.GetColumnOrNull(featureColumnName)?.Type is not VectorDataViewType a || strangers.Schema.GetColumnOrNull(featureColumnName)?.Type is not VectorDataViewType b
            || a.ItemType != NumberDataViewType.Single || b.ItemType != NumberDataViewType.Single)
            return;
        var seen = Hashes(known, featureColumnName).ToHashSet();
        int shared = Hashes(strangers, featureColumnName).Count(seen.Contains);
        if (shared > 0)
            throw new ArgumentException(
                $"{shared} rows of scoredOut have the same '{featureColumnName}' as a row of scoredIn. Remove them from one of the sets, or give featureColumnName: null to compare no rows.", nameof(strangers));
    }

    private static IEnumerable<UInt128> Hashes(IDataView rows, string column)
    {
        DataViewSchema.Column features = rows.Schema[column];
        using DataViewRowCursor cursor = rows.GetRowCursor([features]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(features);
        VBuffer<float> row = default;
        float[] values = [];
        while (cursor.MoveNext())
        {
            getter(ref row);
            if (values.Length != row.Length)
                values = new float[row.Length];
            row.CopyTo(values);
            yield return MemoryMarshal.Read<UInt128>(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)));
        }
    }
}
