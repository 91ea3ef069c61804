using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLExtensions.Transforms.Interop;

/// <summary>Which columns ML.NET's stages read and write.</summary>
internal static class StageColumns
{
    /// <summary>What the output column of a concatenation is made of, in order; null where the stage is no concatenation or makes no such column.</summary>
    public static IReadOnlyList<string>? Concatenated(ITransformer stage, string output) =>
        (stage as ColumnConcatenatingTransformer)?.Columns.Where(column => column.outputColumnName == output).Select(column => column.inputColumnNames).LastOrDefault();

    /// <summary>The column that the output column is made of, and its place among the stage's columns; null where the stage does not make one column of one.</summary>
    public static (string Input, int Place)? Single(ITransformer stage, string output)
    {
        if (stage is not OneToOneTransformerBase oneToOne)
            return null;
        int place = Array.FindLastIndex(oneToOne.ColumnPairs, pair => pair.outputColumnName == output);
        return place < 0 ? null : (oneToOne.ColumnPairs[place].inputColumnName, place);
    }
}
