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
    private const string Words = "__words";

    /// <summary>Loads the file lazily, without the rows whose label is missing. All numbers stand in one vector column, as do all words.</summary>
    public static IDataView Load(MLContext mlContext, TableSchema table)
    {
        var columns = new List<TextLoader.Column>
        {
            new(LabelColumn, table.Task == LabelTask.Regression ? DataKind.Single : DataKind.String, table.Label.Index),
        };
        AddColumns(columns, Numbers, DataKind.Single, table.Of(ColumnUse.Number));
        AddColumns(columns, Words, DataKind.String, table.Of(ColumnUse.Category));
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

    /// <summary>Numbers: missing ones become the mean, with a flag beside, then mean 0 and variance 1. Words: one-hot, a missing one is a word of its own.</summary>
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
            chain = Then(chain, mlContext.Transforms.ReplaceMissingValues(Numbers, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean));
            chain = Then(chain, mlContext.Transforms.NormalizeMeanVariance(Numbers, fixZero: false));
        }
        if (table.Of(ColumnUse.Category).Any())
        {
            parts.Add(Words);
            chain = Then(chain, mlContext.Transforms.Categorical.OneHotEncoding(Words));
        }
        return Then(chain, mlContext.Transforms.Concatenate(FeaturesColumn, [.. parts]));
    }

    private static void AddColumns(List<TextLoader.Column> columns, string name, DataKind kind, IEnumerable<TableColumn> sources)
    {
        TextLoader.Range[] ranges = [.. sources.Select(c => new TextLoader.Range(c.Index))];
        if (ranges.Length > 0)
            columns.Add(new TextLoader.Column(name, kind, ranges));
    }

    private static IEstimator<ITransformer> Then(IEstimator<ITransformer>? chain, IEstimator<ITransformer> next) => chain is null ? next : chain.Append(next);

    private sealed class LabelRow
    {
        public ReadOnlyMemory<char> Label { get; set; }
    }
}
