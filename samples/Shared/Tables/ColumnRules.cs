namespace MLExtensions.Samples.Shared.Tables;

/// <summary>The rules that turn what a column holds into what it is used as.</summary>
internal static class ColumnRules
{
    /// <summary>Text columns with more different values than this are left out.</summary>
    public const int MaxCategories = 200;

    /// <summary>Whole numbers with more different values than this are a quantity, not classes.</summary>
    public const int MaxIntegerClasses = 20;

    public static (ColumnUse Use, string Note) Feature(ColumnScan scan)
    {
        int distinct = scan.Distinct.Count;
        if (scan.Count == 0)
            return (ColumnUse.LeftOut, "empty");
        if (distinct == 1)
            return (ColumnUse.LeftOut, "the same value in every row");
        if (scan.CountsRows && scan.Count > 2)
            return (ColumnUse.LeftOut, "numbers the rows");
        if (scan.AllNumbers)
            return (ColumnUse.Number, "numbers");
        if (distinct <= MaxCategories)
            return (ColumnUse.Category, $"{distinct} different words, one-hot");
        return (ColumnUse.LeftOut, $"text with more than {MaxCategories} different values");
    }

    public static (LabelTask Task, string Note) Label(string name, ColumnScan scan)
    {
        int distinct = scan.Distinct.Count;
        if (distinct < 2)
            throw new SampleInputException(
                $"Column '{name}' holds {(distinct == 0 ? "no value" : "one value only")}; there is nothing to predict. Choose another column with --label.");
        if (distinct == 2)
            return (LabelTask.Binary, "two different values: binary classification");
        if (scan.AllNumbers && !(scan.AllIntegers && distinct <= MaxIntegerClasses))
            return (LabelTask.Regression, "numbers: regression");
        if (distinct <= MaxCategories)
            return (LabelTask.Multiclass, $"{distinct} different {(scan.AllIntegers ? "whole numbers" : "words")}: multiclass classification");
        throw new SampleInputException(
            $"Column '{name}' is text with more than {MaxCategories} different values, which is too many classes. "
            + "Choose a column of numbers or of fewer words with --label.");
    }
}
