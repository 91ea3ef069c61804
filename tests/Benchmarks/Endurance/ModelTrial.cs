using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Scoring;

namespace MLExtensions.Benchmarks.Endurance;

/// <summary>Loads a model file and predicts with it.</summary>
internal sealed class ModelTrial
{
    /// <summary>The outcome of a file that loads and gives the original's scores.</summary>
    public const string Same = "same scores";

    /// <summary>The outcome of a file that loads and gives other scores.</summary>
    public const string Other = "other scores";

    private readonly MLContext _ml = new(1);
    private readonly float[] _expected;

    public ModelTrial(byte[] original) => _expected = Scores(original);

    /// <summary>Whether an outcome must not be.</summary>
    public static bool IsFailure(AlteredModel file, string outcome, Exception? exception) => exception switch
    {
        null => outcome == Other && !file.Resealed,
        InvalidDataException => false,
        _ when file.OnlyOurs => true,
        // What ML.NET and .NET's zip reader throw for files that are not theirs.
        FormatException or IOException or InvalidOperationException or NotSupportedException or ArgumentException => false,
        _ => true,
    };

    /// <summary>Loads and predicts; gives the outcome's name, what was thrown, and how many bytes were allocated.</summary>
    public (string Outcome, Exception? Exception, long Allocated) Run(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            string outcome = Scores(file).AsSpan().SequenceEqual(_expected) ? Same : Other;
            return (outcome, null, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        catch (Exception e)
        {
            e = e is TargetInvocationException { InnerException: { } inner } ? inner : e; // ML.NET calls loaders by reflection
            return (e.GetType().Name, e, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    // Reads all that a model adds: columns and their annotations, of four rows.
    private float[] Scores(byte[] file)
    {
        using var stream = new MemoryStream(file);
        if (_ml.Model.Load(stream, out _) is not NeuralNetworkTransformer model)
            return [];
        int width = model.Model.InputWidth;
        IDataView scored = model.Transform(new FloatView(RandomNetwork.Rows(4, width), width, model.FeatureColumnName));
        var numbers = new List<float>();
        foreach (DataViewSchema.Column column in scored.Schema.Skip(1))
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            if (column.Annotations.Schema.GetColumnOrNull("SlotNames") is not null)
                column.GetSlotNames(ref names);
            if (column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is VectorDataViewType { ItemType: TextDataViewType })
                column.GetKeyValues(ref names);
            using DataViewRowCursor cursor = scored.GetRowCursor([column]);
            Func<float[]> getter = Getter(cursor, column);
            while (cursor.MoveNext())
                numbers.AddRange(getter());
        }

        return [.. numbers];
    }

    private static Func<float[]> Getter(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        VectorDataViewType => Getter<VBuffer<float>>(row, column, value => [.. value.DenseValues()]),
        BooleanDataViewType => Getter<bool>(row, column, value => [value ? 1 : 0]),
        KeyDataViewType => Getter<uint>(row, column, value => [value]),
        _ => Getter<float>(row, column, value => [value]),
    };

    private static Func<float[]> Getter<T>(DataViewRow row, DataViewSchema.Column column, Func<T, float[]> convert)
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
