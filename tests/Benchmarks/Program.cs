using MLExtensions.Benchmarks;
using MLExtensions.Benchmarks.AllFour;
using MLExtensions.Benchmarks.Convolution;
using MLExtensions.Benchmarks.Endurance;
using MLExtensions.Benchmarks.Images;
using MLExtensions.Benchmarks.Nested;
using MLExtensions.Benchmarks.Regularization;
using MLExtensions.Benchmarks.Robustness;
using MLExtensions.Benchmarks.Scoring;
using MLExtensions.Benchmarks.Selection;
using MLExtensions.Benchmarks.Training;
using MLExtensions.Benchmarks.Transport;

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
    ["all-four"] = AllFourBenchmark.Run,
    ["adaptive-width"] = AdaptiveWidthBenchmark.Run,
    ["nested-evidence"] = NestedEvidenceBenchmark.Run,
    ["selection-evidence"] = SelectionEvidenceBenchmark.Run,
    ["selection-stream"] = SelectionStreamBenchmark.Run,
    ["joint-step"] = JointStepBenchmark.Run,
    ["pgd-speed"] = PgdSpeedBenchmark.Run,
    ["weissi-robustness"] = WeissiRobustnessBenchmark.Run,
    ["kill-resume"] = KillResumeBenchmark.Run,
    ["wrs-grid"] = WrsGridBenchmark.Run,
    ["weight-noise"] = WeightNoiseBenchmark.Run,
    ["step-cost"] = StepCostBenchmark.Run,
    ["conv-training"] = ConvTrainingBenchmark.Run,
    ["torchvision-golden"] = TorchvisionGoldenBenchmark.Run,
    ["conv-scoring"] = ConvScoringBenchmark.Run,
    ["cifar"] = CifarBenchmark.Run,
    ["image-folder"] = ImageFolderBenchmark.Run,
    ["clothing"] = ClothingBenchmark.Run,
    ["selection-pictures"] = SelectionPicturesBenchmark.Run,
    ["augmentation"] = AugmentationBenchmark.Run,
    ["transport"] = TransportBenchmark.Run,
    ["transport-classes"] = TransportClassesBenchmark.Run,
    ["transport-scaling"] = TransportScalingBenchmark.Run,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out Action<string[]>? run))
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- BENCHMARK [--data FOLDER]");
    Console.Error.WriteLine($"benchmarks: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

run(args);
return Environment.ExitCode;
