using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Scoring;

/// <summary>Time and garbage of one PredictionEngine.Predict, against the engine of ML.NET's LbfgsMaximumEntropy on the same rows.</summary>
internal static class PredictionBenchmark
{
    private const int Rows = 1000;

    public static void Run(string[] args)
    {
        int calls = Measure.Number(args, "--calls", 100_000);
        int rounds = Measure.Number(args, "--rounds", 7);
        Console.WriteLine("| features, model | p50 us | p99 us | bytes/call | p50, ratio to LbfgsMaximumEntropy |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach ((int inputs, int[] widths, int outputs) in new[] { (20, new[] { 64, 32 }, 3), (128, [512, 256], 10) })
        {
            var ml = new MLContext(1);
            ScoredRow[] rows = [.. RandomNetwork.Rows(Rows, inputs).Chunk(inputs)
                .Select((row, i) => new ScoredRow { Features = row, Label = (uint)(i % outputs) + 1 })];
            SchemaDefinition schema = SchemaOf(inputs, outputs);
            using PredictionEngine<ScoredRow, Scores> ours = Engine(ml, RandomNetwork.CreateTransformer(ml, inputs, widths, outputs), schema);
            using PredictionEngine<ScoredRow, Scores> rival = Engine(
                ml, ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(historySize: 5).Fit(ml.Data.LoadFromEnumerable(rows, schema)), schema);
            var results = new List<(double P50, double P99, double Bytes)>[] { [], [] };
            for (int round = 0; round <= rounds; round++)
                for (int i = 0; i < 2; i++)
                {
                    (double, double, double) result = Time(i == 0 ? ours : rival, rows, round == 0 ? Math.Max(calls, 100_000) : calls);
                    if (round > 0) // the first round warms up; fewer calls would time code before its last compilation
                        results[i].Add(result);
                }

            Print($"{inputs}, net {inputs}-{string.Join('-', widths)}-{outputs}", results[0], results[1]);
            Print($"{inputs}, LbfgsMaximumEntropy", results[1], results[1]);
        }

        Console.WriteLine($"\nlibtorch in this process: {(Measure.TorchIsLoaded() ? "YES" : "no")}");
    }

    private static void Print(string name, List<(double P50, double P99, double Bytes)> results, List<(double P50, double P99, double Bytes)> rival)
    {
        double p50 = Measure.Median(results.Select(result => result.P50)), p99 = Measure.Median(results.Select(result => result.P99));
        double bytes = Measure.Median(results.Select(result => result.Bytes)), bar = Measure.Median(rival.Select(result => result.P50));
        Console.WriteLine(FormattableString.Invariant($"| {name} | {p50:f2} | {p99:f2} | {bytes:f1} | {p50 / bar:f2} |"));
    }

    private static SchemaDefinition SchemaOf(int inputs, int outputs)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, inputs);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), outputs);
        return schema;
    }

    private static PredictionEngine<ScoredRow, Scores> Engine(MLContext ml, ITransformer model, SchemaDefinition schema) =>
        ml.Model.CreatePredictionEngine<ScoredRow, Scores>(model, inputSchemaDefinition: schema);

    private static (double P50, double P99, double Bytes) Time(PredictionEngine<ScoredRow, Scores> engine, ScoredRow[] rows, int calls)
    {
        var output = new Scores();
        var times = new double[calls];
        double microseconds = 1e6 / Stopwatch.Frequency;
        engine.Predict(rows[0], ref output);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            ScoredRow row = rows[i % rows.Length];
            long start = Stopwatch.GetTimestamp();
            engine.Predict(row, ref output);
            times[i] = (Stopwatch.GetTimestamp() - start) * microseconds;
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return (Measure.Quantile(times, 0.5), Measure.Quantile(times, 0.99), (double)bytes / calls);
    }
}
