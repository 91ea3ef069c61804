using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Data;

/// <summary>Refuses sets of rows from which nothing can be learned.</summary>
internal static class TrainingSetCheck
{
    /// <exception cref="InvalidOperationException">Too few rows, one class, or no weight.</exception>
    public static void Run(TrainingColumns columns, RowTotals rows, long skipped)
    {
        string skippedText = skipped == 0 ? "" : $" ({skipped} more were skipped: their label in column '{columns.Label.Name}' is missing)";
        if (rows.Rows < 2)
            throw new InvalidOperationException($"The training set has {rows.Rows} rows with a label{skippedText}; at least 2 are needed.");
        if (columns.Task != NetTask.Regression && rows.RowsOfClass.Count(count => count > 0) < 2)
            throw new InvalidOperationException(
                $"All {rows.Rows} training rows{skippedText} have the same label in column '{columns.Label.Name}'; classification needs at least 2 classes. "
                + "Check the filter or split that made the rows.");
        if (!(rows.Weight > 0))
            throw new InvalidOperationException(
                $"All weights in column '{columns.Weight?.Name}' of the training rows are 0; at least one row needs a weight above 0.");
    }
}
