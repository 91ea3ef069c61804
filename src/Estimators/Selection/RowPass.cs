using System.Diagnostics;
using Microsoft.ML;
using MLExtensions.Estimators.Data;

namespace MLExtensions.Estimators.Selection;

/// <summary>Passes over labelled rows of embeddings, with progress and cancellation.</summary>
internal sealed class RowPass(PretrainingSelectionOptions options, Action checkAlive)
{
    private const int Interval = 4096;

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>What is done with a row.</summary>
    /// <param name="row">Its place, rows without a label counted too.</param>
    /// <param name="classIndex">Its class.</param>
    /// <param name="embedding">[width], valid during the call.</param>
    public delegate void RowAction(long row, int classIndex, ReadOnlySpan<float> embedding);

    /// <summary>Reads all rows once.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="side">What they are, for errors: "source" or "target".</param>
    /// <param name="stage">What the pass is for, for progress.</param>
    /// <param name="action">Called for every row with a label.</param>
    /// <returns>Rows with a label, and without.</returns>
    public (long Labelled, long Skipped) Run(IDataView data, TrainingColumns columns, string side, string stage, RowAction action)
    {
        var embedding = new float[columns.Width];
        using var reader = new RowReader(data, columns, side);
        long rows = 0;
        try
        {
            while (reader.Read(embedding, out float target, out _))
            {
                action(reader.Position, (int)target, embedding);
                if (++rows % Interval != 0)
                    continue;
                options.CancellationToken.ThrowIfCancellationRequested();
                checkAlive();
                options.Progress?.Report(new SelectionProgress(stage, rows, Stopwatch.GetElapsedTime(_start)));
            }
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw new InvalidOperationException($"SelectPretrainingData, {side}: {e.Message}", e);
        }

        options.Progress?.Report(new SelectionProgress(stage, rows, Stopwatch.GetElapsedTime(_start)));
        return rows > 0 ? (rows, reader.Skipped) : throw new InvalidOperationException(
            $"SelectPretrainingData: the {side} has no row with a label in column '{columns.Label.Name}' ({reader.Skipped} without). Check the filter or the key mapping that made the rows.");
    }
}
