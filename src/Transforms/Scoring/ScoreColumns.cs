using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Transforms.Scoring;

/// <summary>The columns that a model adds, for one task: their types, annotations and getters, the same as ML.NET's own scorers make.</summary>
internal abstract class ScoreColumns
{
    private const string SetId = "ScoreColumnSetId";

    /// <summary>The columns of a task.</summary>
    public static ScoreColumns Of(NetTask task, ScoreColumnNames names, int outputs, LabelValues? labels) => task switch
    {
        NetTask.Multiclass => new MulticlassScoreColumns(names, outputs, labels),
        NetTask.Binary => new BinaryScoreColumns(names),
        _ => new RegressionScoreColumns(names),
    };

    /// <summary>Number of columns.</summary>
    public abstract int Count { get; }

    /// <summary>Turns raw outputs into scores, in place.</summary>
    /// <param name="outputs">[rows * outputs]</param>
    public virtual void Complete(Span<float> outputs)
    {
    }

    /// <summary>The getter of a column.</summary>
    public abstract Delegate CreateGetter(int column, ScoredRows rows);

    /// <summary>The columns after those of an input schema.</summary>
    public DataViewSchema.DetachedColumn[] Create(DataViewSchema input) => Create(NextSetId(input));

    /// <summary>The columns under a number of their own.</summary>
    internal DataViewSchema.DetachedColumn[] CreateOf(uint setId) => Create(setId);

    private protected abstract DataViewSchema.DetachedColumn[] Create(uint setId);

    private protected static DataViewSchema.Annotations.Builder Annotations(uint setId, string columnKind, string valueKind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(SetId, new KeyDataViewType(typeof(uint), int.MaxValue), (ref uint value) => value = setId);
        builder.Add("ScoreColumnKind", TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = columnKind.AsMemory());
        builder.Add("ScoreValueKind", TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = valueKind.AsMemory());
        return builder;
    }

    // ML.NET numbers the sets of score columns in a schema; an evaluator takes the newest.
    private static uint NextSetId(DataViewSchema input)
    {
        uint largest = 0;
        foreach (DataViewSchema.Column column in input)
        {
            if (column.Annotations.Schema.GetColumnOrNull(SetId)?.Type is not KeyDataViewType key || key.RawType != typeof(uint))
                continue;
            uint value = 0;
            column.Annotations.GetValue(SetId, ref value);
            largest = Math.Max(largest, value);
        }

        return largest + 1;
    }
}
