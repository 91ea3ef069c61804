using Microsoft.ML;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Characters;
using MLExtensions.Samples.Shared.Idx;
using MLExtensions.Samples.Shared.Tables;

namespace MLExtensions.Samples;

/// <summary>Training and test rows from one of the three sources, and how their columns become features.</summary>
/// <param name="Description">What the data are, for the reader; one line each.</param>
/// <param name="Task">What is to be learnt.</param>
/// <param name="Classes">The label's two values, negative first, when the task is binary; else unused.</param>
/// <param name="Train">Rows with a column Label: text for classification, a number for regression.</param>
/// <param name="Test">Rows of the same form that no fit sees.</param>
/// <param name="Featurizer">Makes the column Features.</param>
internal sealed record QuickStartData(
    IReadOnlyList<string> Description,
    LabelTask Task,
    IReadOnlyList<string> Classes,
    IDataView Train,
    IDataView Test,
    IEstimator<ITransformer> Featurizer)
{
    private const int DrawnTrainingRows = 8_000;
    private const int DrawnTestRows = 2_000;
    private const double TestFraction = 0.2;

    public static QuickStartData Load(MLContext mlContext, QuickStartOptions options)
    {
        if (options.CsvFile is not null)
            return FromTable(mlContext, TableInference.Infer(options.CsvFile, options.LabelColumn!), options.Seed);
        return options.DataFolder is not null ? FromIdxFolder(mlContext, options.DataFolder) : Drawn(mlContext, options.Seed);
    }

    private static QuickStartData Drawn(MLContext mlContext, int seed)
    {
        var labels = Alphabet.DigitsAndLetters;
        var train = CharacterGenerator.Draw(labels, DrawnTrainingRows, seed);
        var test = CharacterGenerator.Draw(labels, DrawnTestRows, unchecked(seed + 1));
        return FromPictures(mlContext, train, test, "hand-drawn digits and letters, made by this program");
    }

    private static QuickStartData FromIdxFolder(MLContext mlContext, string folder)
    {
        var (train, test) = IdxFolder.Read(folder);
        return FromPictures(mlContext, train, test, $"pictures from {folder}");
    }

    private static QuickStartData FromPictures(MLContext mlContext, IReadOnlyList<CharacterRow> train, IReadOnlyList<CharacterRow> test, string what)
    {
        int classes = train.Select(r => r.Label).Distinct().Count();
        return new QuickStartData(
            [
                FormattableString.Invariant($"{train.Count:N0} training and {test.Count:N0} test {what}"),
                $"Each is {CharacterRow.Side} x {CharacterRow.Side} grey pixels; the task is to tell which of {classes} classes it shows.",
            ],
            LabelTask.Multiclass,
            [],
            mlContext.Data.LoadFromEnumerable(train),
            mlContext.Data.LoadFromEnumerable(test),
            mlContext.Transforms.Concatenate(TableFeatures.FeaturesColumn, nameof(CharacterRow.Pixels)));
    }

    private static QuickStartData FromTable(MLContext mlContext, TableSchema table, int seed)
    {
        var split = mlContext.Data.TrainTestSplit(mlContext.Data.Cache(TableFeatures.Load(mlContext, table)), TestFraction, seed: seed);
        if (IsEmpty(split.TrainSet) || IsEmpty(split.TestSet))
            throw new SampleInputException($"'{table.Path}' has {table.RowCount} rows; that is too few to keep a fifth of them back for the test.");
        return new QuickStartData(Describe(table), table.Task, table.Classes, split.TrainSet, split.TestSet, TableFeatures.BuildFeaturizer(mlContext, table));
    }

    private static List<string> Describe(TableSchema table)
    {
        string positive = table.Task == LabelTask.Binary ? $"; '{table.Classes[1]}' counts as the positive one" : "";
        List<string> lines =
        [
            FormattableString.Invariant($"{table.RowCount:N0} rows of {table.Path}; a fifth of them, drawn at random, is kept back for the test."),
            $"To predict: '{table.Label.Name}', {table.Label.Note}{positive}.",
            $"From {Names(table.Of(ColumnUse.Number), "numbers")} and {Names(table.Of(ColumnUse.Category), "words (one-hot)")}.",
        ];
        if (table.Label.MissingCount > 0)
            lines.Add($"{table.Label.MissingCount} rows without a label are skipped.");
        var missing = table.Columns.Where(c => c is { MissingCount: > 0, Use: ColumnUse.Number or ColumnUse.Category }).ToArray();
        if (missing.Length > 0)
        {
            lines.Add($"Missing values: {string.Join(", ", missing.Select(c => $"'{c.Name}' {c.MissingCount}"))}.");
            lines.Add("A missing number becomes the column's mean, with a flag beside; an empty word is all zeros, a mark such as ? is a word like others.");
        }
        string[] leftOut = [.. table.Of(ColumnUse.LeftOut).Select(c => $"'{c.Name}' ({c.Note})")];
        if (leftOut.Length > 0)
            lines.Add($"Not used: {string.Join(", ", leftOut)}.");
        return lines;
    }

    private static string Names(IEnumerable<InferredColumn> columns, string what)
    {
        int count = columns.Count();
        return $"{count} {(count == 1 ? "column" : "columns")} of {what}";
    }

    private static bool IsEmpty(IDataView rows)
    {
        using var cursor = rows.GetRowCursor([]);
        return !cursor.MoveNext();
    }
}
