using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Metrics;

namespace MLExtensions.Estimators.Uncertainty;

/// <summary>Reads class probabilities and labels of scored rows, and refuses what are no probabilities.</summary>
internal static class ScoredClasses
{
    /// <summary>How far a row's sum may be from 1: float32 scores of many classes are not exact.</summary>
    public const double Tolerance = 1e-3;

    /// <summary>Reads rows; those without a label are left out and counted.</summary>
    /// <exception cref="ArgumentException">A column is missing or has another type, or holds no probabilities.</exception>
    public static ClassProbabilities Read(IDataView scored, string labelColumnName, string scoreColumnName, out int skipped)
    {
        DataViewSchema.Column score = ScoreColumn(scored.Schema, scoreColumnName, out int classes);
        DataViewSchema.Column label = ScoredRows.Find(scored.Schema, labelColumnName, "label");
        if (label.Type is not KeyDataViewType key || key.RawType != typeof(uint))
            throw new ArgumentException($"Label column '{labelColumnName}' is {label.Type}; expected a key. Map it with MapValueToKey, as for training.", nameof(labelColumnName));
        if (key.Count > (ulong)classes)
            throw new ArgumentException(
                $"Label column '{labelColumnName}' has {key.Count} classes and score column '{scoreColumnName}' has {classes}. Use the key mapping that was fitted on the training rows.",
                nameof(labelColumnName));
        var labels = new List<int>();
        var values = new List<double>();
        skipped = 0;
        using DataViewRowCursor cursor = scored.GetRowCursor([label, score]);
        ValueGetter<uint> labelGetter = cursor.GetGetter<uint>(label);
        ValueGetter<VBuffer<float>> scoreGetter = cursor.GetGetter<VBuffer<float>>(score);
        uint of = 0;
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            labelGetter(ref of);
            if (of == 0)
            {
                skipped++;
                continue;
            }

            scoreGetter(ref row);
            AddChecked(row, cursor.Position, scoreColumnName, values);
            labels.Add((int)of - 1);
        }

        if (labels.Count == 0)
            throw ScoredRows.Empty(nameof(scored), skipped);
        return new ClassProbabilities([.. labels], [.. values], classes);
    }

    /// <summary>Finds the column of probabilities.</summary>
    public static DataViewSchema.Column ScoreColumn(DataViewSchema schema, string name, out int classes)
    {
        DataViewSchema.Column score = ScoredRows.Find(schema, name, "score");
        if (score.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single || vector.Size < 2)
            throw new ArgumentException(
                $"Score column '{name}' is {score.Type}; expected a vector of Single with one probability for each class. For a binary model use BinaryClassification.EvaluateUncertainty.", nameof(schema));
        classes = vector.Size;
        return score;
    }

    /// <summary>Appends a row's probabilities.</summary>
    public static void AddChecked(in VBuffer<float> row, long position, string column, List<double> values)
    {
        double sum = 0;
        foreach (float p in row.DenseValues())
        {
            if (!float.IsFinite(p))
                throw new ArgumentException($"Score column '{column}' holds {p} in row {position} (the first is 0). Look for features that are not finite, and remove or replace them.");
            if (p < 0 || p > 1 + Tolerance)
                throw Raw(column, position, $"holds {p}");
            sum += p;
            values.Add(p);
        }

        if (Math.Abs(sum - 1) > Tolerance)
            throw Raw(column, position, $"sums to {sum:g6}");
    }

    private static ArgumentException Raw(string column, long position, string found) => new(
        $"Score column '{column}' {found} in row {position} (the first is 0): these are no probabilities. Raw scores need a softmax or a calibrator first; "
        + "give the column that holds the probabilities of all classes.");
}
