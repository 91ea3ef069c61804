using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;

namespace MLExtensions.Estimators.Uncertainty;

/// <summary>The entropy of every row's class probabilities; needs no label.</summary>
internal static class ScoredEntropies
{
    /// <summary>Reads all rows.</summary>
    /// <exception cref="ArgumentException">The column holds no probabilities, or there are no rows.</exception>
    public static double[] Read(IDataView scored, string scoreColumnName)
    {
        DataViewSchema.Column score = ScoredClasses.ScoreColumn(scored.Schema, scoreColumnName, out _);
        using DataViewRowCursor cursor = scored.GetRowCursor([score]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> row = default;
        var values = new List<double>();
        var entropies = new List<double>();
        while (cursor.MoveNext())
        {
            getter(ref row);
            values.Clear();
            ScoredClasses.AddChecked(row, cursor.Position, scoreColumnName, values);
            entropies.Add(Entropy.Of(CollectionsMarshal.AsSpan(values)));
        }

        if (entropies.Count == 0)
            throw ScoredRows.Empty(nameof(scored), 0);
        return [.. entropies];
    }
}
