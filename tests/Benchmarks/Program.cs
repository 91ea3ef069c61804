using MLExtensions.Benchmarks;
using MLExtensions.Benchmarks.Convolution;

var benchmarks = new Dictionary<string, Action<string[]>>
{
    ["training-loop"] = TrainingLoopBenchmark.Run,
    ["fashion"] = FashionBenchmark.Run,
    ["tabular"] = TabularBenchmark.Run,
    ["scoring-kernel"] = ScoringKernelBenchmark.Run,
    ["prediction"] = PredictionBenchmark.Run,
    ["transform"] = TransformBenchmark.Run,
    ["soak-steps"] = SoakStepsBenchmark.Run,
    ["soak-memory"] = SoakMemoryBenchmark.Run,
    ["soak-threads"] = SoakThreadsBenchmark.Run,
    ["fuzz-models"] = FuzzModelsBenchmark.Run,
    ["nested-speed"] = NestedSpeedBenchmark.Run,
    ["nested-evidence"] = NestedEvidenceBenchmark.Run,
    ["kill-resume"] = KillResumeBenchmark.Run,
    ["conv-training"] = ConvTrainingBenchmark.Run,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out Action<string[]>? run))
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- BENCHMARK [--data FOLDER]");
    Console.Error.WriteLine($"benchmarks: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

run(args);
return Environment.ExitCode;
