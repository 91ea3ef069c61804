using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Scoring;

namespace MLExtensions.Benchmarks.Endurance;

/// <summary>Many threads on one model, each with an engine, every fourth with Transform too: all scores must equal those of one thread, bit for bit.</summary>
internal static class SoakThreadsBenchmark
{
    private const int Threads = 16;
    private const int Rows = 2_500;
    private const int Inputs = 20;
    private const int Outputs = 3;

    public static void Run(string[] args)
    {
        int predictions = Measure.Number(args, "--predictions", 62_500);
        var ml = new MLContext(1);
        using NeuralNetworkTransformer model = RandomNetwork.CreateTransformer(ml, Inputs, [64, 32], Outputs);
        float[] features = RandomNetwork.Rows(Rows, Inputs);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Inputs);
        ScoredRow[] rows = [.. features.Chunk(Inputs).Select(row => new ScoredRow { Features = row })];
        float[][] expected = new float[Rows][];
        using (PredictionEngine<ScoredRow, Scores> engine = Engine())
            for (int i = 0; i < Rows; i++)
                expected[i] = engine.Predict(rows[i]).Score;

        double before = Measure.ResidentMegabytes();
        long predicted = 0, transformed = 0, different = 0, failed = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() => Work(number)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Console.WriteLine("| threads | predictions by engines | rows by Transform | different scores | threads that failed | resident MB before, after |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        Console.WriteLine(FormattableString.Invariant(
            $"| {Threads} | {predicted:n0} | {transformed:n0} | {different} | {failed} | {before:f0}, {Measure.ResidentMegabytes():f0} |"));
        Environment.ExitCode = different + failed == 0 ? 0 : 1;

        PredictionEngine<ScoredRow, Scores> Engine() => ml.Model.CreatePredictionEngine<ScoredRow, Scores>(model, inputSchemaDefinition: schema);

        void Work(int number)
        {
            try
            {
                using PredictionEngine<ScoredRow, Scores> engine = Engine(); // its disposal disposes the shared model, which must not matter
                var output = new Scores();
                for (int i = 0; i < predictions; i++)
                {
                    int row = (i + number * 157) % Rows;
                    engine.Predict(rows[row], ref output);
                    if (!output.Score.AsSpan().SequenceEqual(expected[row]))
                        Interlocked.Increment(ref different);
                    if (number % 4 == 0 && i % Rows == 0)
                        Transform();
                }

                Interlocked.Add(ref predicted, predictions);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Interlocked.Increment(ref failed);
                Console.Error.WriteLine(e);
            }
        }

        void Transform()
        {
            int row = 0;
            foreach (float[] score in model.Transform(new FloatView(features, Inputs)).GetColumn<float[]>("Score"))
                if (!score.AsSpan().SequenceEqual(expected[row++]))
                    Interlocked.Increment(ref different);
            if (row != Rows)
                Interlocked.Increment(ref different);
            Interlocked.Add(ref transformed, row);
        }
    }
}
