using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLExtensions.Samples.Shared.Tables;

/// <summary>Loads an inferred table and makes its columns into one feature vector, with ML.NET's own stages.</summary>
public static class TableFeatures
{
    /// <summary>The label's column of the loaded table: text for classification, a number for regression.</summary>
    public const string LabelColumn = "Label";

    /// <summary>What <see cref="BuildFeaturizer"/> makes: a vector of Single.</summary>
    public const string FeaturesColumn = "Features";

    private const string Numbers = "__numbers";
    private const string MissingFlags = "__missing";

    /// <summary>Loads the file lazily, without the rows whose label is missing. All numbers stand in one vector column.</summary>
    public static IDataView Load(MLContext mlContext, TableSchema table)
    {
        var columns = new List<TextLoader.Column>
        {
            new(LabelColumn, table.Task == LabelTask.Regression ? DataKind.Single : DataKind.String, table.Label.Index),
        };
        TextLoader.Range[] numbers = [.. table.Of(ColumnUse.Number).Select(c => new TextLoader.Range(c.Index))];
        if (numbers.Length > 0)
            columns.Add(new TextLoader.Column(Numbers, DataKind.Single, numbers));
        columns.AddRange(table.Of(ColumnUse.Category).Select(c => new TextLoader.Column(WordColumn(c), DataKind.String, c.Index)));
        var loader = mlContext.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [.. columns],
            HasHeader = true,
            Separators = [table.Separator],
            AllowQuoting = true,
            ReadMultilines = true,
            TrimWhitespace = true,
            MissingRealsAsNaNs = true,
        });
        var rows = loader.Load(table.Path);
        return table.Task == LabelTask.Regression
            ? mlContext.Data.FilterRowsByMissingValues(rows, LabelColumn)
            : mlContext.Data.FilterByCustomPredicate(rows, (LabelRow row) => ColumnScan.IsMissing(row.Label.ToString()));
    }

    /// <summary>
    /// Numbers: missing ones become the mean, with a flag beside, then mean 0 and variance 1.
    /// Words: one-hot; an empty one is all zeros, a mark such as "?" is a word.
    /// </summary>
    public static IEstimator<ITransformer> BuildFeaturizer(MLContext mlContext, TableSchema table)
    {
        var parts = new List<string>();
        IEstimator<ITransformer>? chain = null;
        if (table.Of(ColumnUse.Number).Any())
        {
            parts.Add(Numbers);
            if (table.Of(ColumnUse.Number).Any(c => c.MissingCount > 0))
            {
                parts.Add(MissingFlags);
                chain = Then(chain, mlContext.Transforms.IndicateMissingValues(MissingFlags, Numbers));
                chain = Then(chain, mlContext.Transforms.Conversion.ConvertType(MissingFlags, outputKind: DataKind.Single));
            }
            chain = Then(chain, mlContext.Transforms.ReplaceMissingValues(
                Numbers, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean));
            chain = Then(chain, mlContext.Transforms.NormalizeMeanVariance(Numbers, fixZero: false));
        }
        string[] words = [.. table.Of(ColumnUse.Category).Select(WordColumn)];
        if (words.Length > 0)
        {
            parts.AddRange(words);
            chain = Then(chain, mlContext.Transforms.Categorical.OneHotEncoding([.. words.Select(w => new InputOutputColumnPair(w))]));
        }
        return Then(chain, mlContext.Transforms.Concatenate(FeaturesColumn, [.. parts]));
    }

    /// <summary>A name that no column of ours has, whatever the table calls its own.</summary>
    private static string WordColumn(InferredColumn column) => "word:" + column.Name;

    private static IEstimator<ITransformer> Then(IEstimator<ITransformer>? chain, IEstimator<ITransformer> next) => chain is null ? next : chain.Append(next);

    private sealed class LabelRow
    {
        public ReadOnlyMemory<char> Label { get; set; }
    }
}
