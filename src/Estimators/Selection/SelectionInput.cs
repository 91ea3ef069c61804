using Microsoft.ML;
using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.Fitting;
using MLExtensions.Trainers.Selection;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Estimators.Selection;

/// <summary>What the first pass over source and target gave.</summary>
internal sealed class SelectionInput
{
    private SelectionInput(IDataView source, TrainingColumns columns, TrainingColumns target)
    {
        Source = source;
        Columns = columns;
        SourceNames = ClassNames.Of(columns.Task, columns.Classes, LabelValues.Of(columns.Label));
        TargetNames = ClassNames.Of(target.Task, target.Classes, LabelValues.Of(target.Label));
        SourceMeans = new ClassMeans(columns.Classes, columns.Width);
        TargetMeans = new ClassMeans(target.Classes, target.Width);
    }

    public IDataView Source { get; }

    public TrainingColumns Columns { get; }

    public IReadOnlyList<string> SourceNames { get; }

    public IReadOnlyList<string> TargetNames { get; }

    public ClassMeans SourceMeans { get; }

    public ClassMeans TargetMeans { get; }

    /// <summary>Rows of the source on which transport between rows is solved; empty for classes.</summary>
    public RowSample? SourceSample { get; private set; }

    /// <summary>Rows of the target, likewise.</summary>
    public RowSample? TargetSample { get; private set; }

    /// <summary>Places of at most so many rows of each class, drawn by chance; null without a cap.</summary>
    public RowSample[]? ClassSamples { get; private set; }

    public long SourceRows { get; private set; }

    public long TargetRows { get; private set; }

    public long SkippedRows { get; private set; }

    /// <summary>Reads both once.</summary>
    /// <exception cref="InvalidOperationException">No rows, numbers that are not finite, a class whose mean has no direction.</exception>
    public static SelectionInput Read(IDataView source, IDataView target, PretrainingSelectionOptions options, RowPass pass, long seed)
    {
        (TrainingColumns columns, TrainingColumns targetColumns) = SelectionColumns.Of(source.Schema, target.Schema, options);
        var input = new SelectionInput(source, columns, targetColumns);
        if (options.Level == SelectionLevel.Rows)
        {
            input.SourceSample = new RowSample(options.SampleRows, columns.Width, seed, stream: 0);
            input.TargetSample = new RowSample(options.SampleRows, columns.Width, seed, stream: 1);
        }
        else if (options.RowsPerClass is { } cap)
        {
            input.ClassSamples = [.. Enumerable.Range(0, columns.Classes).Select(k => new RowSample(cap, width: 0, seed, stream: 2 + k))];
        }

        (input.TargetRows, _) = pass.Run(target, targetColumns, "target", "target", (row, classIndex, embedding) =>
        {
            input.TargetMeans.Add(classIndex, embedding);
            input.TargetSample?.Add(row, classIndex, embedding);
        });
        (input.SourceRows, input.SkippedRows) = pass.Run(source, columns, "source", "source", (row, classIndex, embedding) =>
        {
            input.SourceMeans.Add(classIndex, embedding);
            input.SourceSample?.Add(row, classIndex, embedding);
            input.ClassSamples?[classIndex].AddPlace(row, classIndex);
        });
        CheckMeans(input.SourceMeans, input.SourceNames, "source", columns);
        CheckMeans(input.TargetMeans, input.TargetNames, "target", targetColumns);
        return input;
    }

    private static void CheckMeans(ClassMeans means, IReadOnlyList<string> names, string side, TrainingColumns columns)
    {
        string[] without = [.. Enumerable.Range(0, means.ClassCount).Where(k => means.Counts[k] > 0 && Array.TrueForAll(means.Mean(k), value => value == 0)).Select(k => $"'{names[k]}'")];
        if (without.Length > 0)
            throw new InvalidOperationException(
                $"SelectPretrainingData: the mean of class {string.Join(", ", without.Take(10))} of the {side} is 0 in every value of column '{columns.Features.Name}', so it has no direction to compare. "
                + "Use another embedding, or leave the class out.");
    }
}
