using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Scoring;

namespace MLExtensions.Benchmarks.Endurance;

/// <summary>
/// Kills a fit that keeps checkpoints at a random moment, again and again, and runs it again to its end: the weights must be those of a fit that was left
/// alone, bit for bit.
/// </summary>
internal static class KillResumeBenchmark
{
    private const string Child = "--child";
    private const int Rows = 3_000;
    private const int Epochs = 40;

    public static void Run(string[] args)
    {
        if (Options.Get(args, Child, null) is { } checkpoints)
        {
            Fit(checkpoints);
            return;
        }

        int trials = Measure.Number(args, "--trials", 100);
        var random = new Random(Measure.Number(args, "--seed", 1));
        string folder = Directory.CreateTempSubdirectory("kill-resume-").FullName;
        var shortest = TimeSpan.FromMinutes(1); // of an undisturbed run; kills come before it
        string expected = "";
        for (int i = 0; i < 3; i++)
        {
            long start = Stopwatch.GetTimestamp();
            expected = Finish(folder);
            shortest = Stopwatch.GetElapsedTime(start) is var time && time < shortest ? time : shortest;
        }

        int kills = 0, resumed = 0, different = 0, leftovers = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            for (bool killed = false; !killed || random.Next(3) == 0;)
            {
                using Process process = Start(folder);
                TimeSpan moment = shortest * (0.2 + 0.8 * random.NextDouble());
                if (process.WaitForExit(moment))
                {
                    shortest = killed ? shortest : moment; // a whole run that was faster than any before
                    continue;
                }

                process.Kill();
                process.WaitForExit();
                kills++;
                killed = true;
            }

            if (Directory.GetFiles(folder, "*.checkpoint").Length > 0)
                resumed++;
            if (Finish(folder) != expected)
                different++;
            if (Directory.GetFileSystemEntries(folder).Length > 0)
                leftovers++;
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine("| fits | kills | of the fits, went on from a checkpoint | other weights or failed | left a file behind | shortest undisturbed run, s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        Console.WriteLine(FormattableString.Invariant($"| {trials} | {kills} | {resumed} | {different} | {leftovers} | {shortest.TotalSeconds:f1} |"));
        Environment.ExitCode = different + leftovers == 0 ? 0 : 1;
    }

    private static string Finish(string folder)
    {
        using Process process = Start(folder);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : $"exit code {process.ExitCode}";
    }

    private static Process Start(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["kill-resume", Child, folder]) { RedirectStandardOutput = true };
        return Process.Start(start) ?? throw new InvalidOperationException("The child process did not start.");
    }

    private static void Fit(string checkpoints)
    {
        var ml = new MLContext(1);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 20);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 3);
        IEnumerable<ScoredRow> rows = RandomNetwork.Rows(Rows, 20).Chunk(20)
            .Select(row => new ScoredRow { Features = row, Label = row[0] + row[1] > 0 ? 1u : row[2] > row[3] * row[4] ? 2u : 3u });
        using NeuralNetworkTransformer model = ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            Architecture = Architecture.Mlp([64, 32], normalization: Normalization.Batch, dropout: 0.1),
            Epochs = Epochs,
            BatchSize = 32,
            EarlyStoppingPatience = Epochs,
            Seed = 5,
            CheckpointFolder = checkpoints,
        }).Fit(ml.Data.LoadFromEnumerable(rows, schema));
        byte[] bytes = [.. model.Model.Network.Parameters.Concat(model.Model.Network.Buffers).SelectMany(BitConverter.GetBytes)];
        Console.WriteLine(FormattableString.Invariant(
            $"{Convert.ToHexString(SHA256.HashData(bytes))}, epoch {model.Report.BestEpoch} of {model.Report.Epochs.Count}"));
    }
}
