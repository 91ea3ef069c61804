namespace MLExtensions.Benchmarks.Endurance;

/// <summary>
/// Loads truncated and altered model files. Each must load and predict, or fail with an exception that says so: quickly, without large allocations,
/// never with other scores where a checksum protects them.
/// </summary>
internal static class FuzzModelsBenchmark
{
    private const long AllocationLimit = 64 << 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    public static void Run(string[] args)
    {
        int count = Measure.Number(args, "--count", 100_000);
        var files = new AlteredModels(Measure.Number(args, "--seed", 1));
        var trial = new ModelTrial(files.Original);
        var outcomes = new SortedDictionary<(string Alteration, string Outcome), int>();
        var failures = new List<string>();
        long worst = 0;
        string worstAlteration = "";
        for (int i = 0; i < count; i++)
        {
            AlteredModel file = files.Next();
            string alteration = file.Alteration;
            var run = Task.Run(() => trial.Run(file.Bytes));
            bool hangs = !run.Wait(TimeLimit); // its thread is abandoned
            (string outcome, Exception? exception, long allocated) = hangs ? ("does not end", null, 0) : run.Result;
            if (hangs && Options.Get(args, "--keep", null) is { } folder)
                File.WriteAllBytes(Path.Combine(folder, $"endless-{i}.zip"), file.Bytes);
            if (allocated > worst)
                (worst, worstAlteration) = (allocated, alteration);
            outcomes[(alteration, outcome)] = outcomes.GetValueOrDefault((alteration, outcome)) + 1;
            // ML.NET's reader of the schema loops for ever on some damaged headers; nothing of ours runs before it.
            if (hangs ? file.OnlyOurs : ModelTrial.IsFailure(file, outcome, exception) || allocated > AllocationLimit)
                failures.Add($"{alteration}: {outcome}, {allocated / 1_000_000} MB allocated. {exception?.Message} {Place(exception)}");
        }

        Console.WriteLine("| alteration | outcome | files |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (((string alteration, string outcome), int number) in outcomes)
            Console.WriteLine(FormattableString.Invariant($"| {alteration} | {outcome} | {number:n0} |"));
        Console.WriteLine(FormattableString.Invariant(
            $"\nFiles: {count:n0}, failures: {failures.Count}. Largest allocation: {worst / 1e6:f1} MB ({worstAlteration})."));
        foreach (IGrouping<string, string> failure in failures.GroupBy(text => text).OrderByDescending(group => group.Count()).Take(20))
            Console.Error.WriteLine($"{failure.Count()} x {failure.Key}");
        Environment.ExitCode = failures.Count == 0 ? 0 : 1;
    }

    private static string? Place(Exception? exception) => exception?.StackTrace?.Split('\n')[0].Trim();
}
