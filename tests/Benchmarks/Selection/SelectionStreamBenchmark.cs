using System.Diagnostics;
using Microsoft.ML;
using MLExtensions.Benchmarks.Scoring;

namespace MLExtensions.Benchmarks.Selection;

/// <summary>The selection stage over a source far larger than what it may hold: passes, memory and time, at a tenth of the rows and at all of them.</summary>
internal static class SelectionStreamBenchmark
{
    private const int Width = 64, SourceClasses = 100, TargetClasses = 10;

    public static void Run(string[] args)
    {
        int most = Measure.Number(args, "--rows", 1_000_000);
        var ml = new MLContext(1);
        var target = new GeneratedRows(500, Width, TargetClasses, seed: 5);
        Console.WriteLine("| choice | source rows | passes over the source | s | of which reading | resident memory before, MB | highest during, MB | managed memory after, MB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (SelectionLevel level in new[] { SelectionLevel.Classes, SelectionLevel.Rows })
            foreach (int rows in new[] { most / 100, most / 10, most })
                Contest(ml, target, level, rows, print: rows > most / 100); // the first warms up
    }

    private static void Contest(MLContext ml, GeneratedRows target, SelectionLevel level, int rows, bool print)
    {
        var source = new GeneratedRows(rows, Width, SourceClasses, seed: 6);
        long start = Stopwatch.GetTimestamp();
        using (var cursor = source.GetRowCursor(source.Schema))
        {
            var getter = cursor.GetGetter<Microsoft.ML.Data.VBuffer<float>>(source.Schema["Features"]);
            Microsoft.ML.Data.VBuffer<float> buffer = default;
            while (cursor.MoveNext())
                getter(ref buffer);
        }

        double reading = Stopwatch.GetElapsedTime(start).TotalSeconds;
        source = new GeneratedRows(rows, Width, SourceClasses, seed: 6);
        GC.Collect();
        double before = Measure.ResidentMegabytes(), highest = before;
        var options = new PretrainingSelectionOptions { Level = level, Seed = 1, SampleRows = 2000, Progress = new Watch(() => highest = Math.Max(highest, Measure.ResidentMegabytes())) };
        start = Stopwatch.GetTimestamp();
        PretrainingSelectionTransformer stage = ml.Transforms.SelectPretrainingData(target, options).Fit(source);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        GC.Collect();
        if (print)
            Console.WriteLine(FormattableString.Invariant(
                $"| {level} | {rows:n0} | {(double)source.RowsRead / rows:g3} | {seconds:f1} | {reading:f1} a pass | {before:f0} | {highest:f0} | {GC.GetTotalMemory(true) / 1e6:f0} |"));
        GC.KeepAlive(stage);
    }

    private sealed class Watch(Action look) : IProgress<SelectionProgress>
    {
        public void Report(SelectionProgress value) => look();
    }
}
