using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Training;

/// <summary>A small problem that every loop test trains on: is the sum of four numbers positive? Or, as a contrast, is the sum of every other one larger than that of the rest?</summary>
internal static class Toy
{
    public const int Width = 4;

    public static readonly Architecture Recipe = Architecture.Mlp([16], normalization: Normalization.Batch, dropout: 0.1);

    public static RowTable Rows(int rows, long seed = 1, bool contrast = false)
    {
        float[] features = Numbers.Uniform(rows * Width, seed);
        var labels = new float[rows];
        for (int i = 0; i < rows; i++)
            labels[i] = features.AsSpan(i * Width, Width).ToArray().Select((value, j) => contrast && j % 2 == 1 ? -value : value).Sum() > 0 ? 1 : 0;
        return RowTable.Of(features, labels);
    }

    public static LoopSettings Settings(int epochs = 4) => new()
    {
        Epochs = epochs,
        BatchSize = 32,
        Optimizer = Optimizer.Adam(),
        LearningRate = 1e-2,
        Schedule = LearningRateSchedule.Cosine(),
        Seed = 7,
        Threads = 1,
        Regularizers = [Regularizer.WeightDecay(1e-3, decoupled: true)],
        GradientClipping = 1,
    };

    public static TrainingOutcome Fit(LoopSettings settings, int rows = 300, int validationRows = 100, Device? device = null, Architecture? recipe = null, bool contrast = false)
    {
        device ??= TestDevices.Get("cpu");
        using IDisposable threads = TorchThreads.Use(settings.Threads); // sums in parallel pieces have other last bits
        using var loss = new CrossEntropyLoss(2, 0.05, device);
        using Net net = Net.Create(recipe ?? Recipe, Width, 2, device);
        net.Initialize(settings.Seed);
        using var training = new MemoryFeed(Rows(rows, contrast: contrast), null, classIndices: true, weighted: false, device);
        using MemoryFeed? validation = validationRows == 0 ? null : new MemoryFeed(Rows(validationRows, seed: 2, contrast), null, classIndices: true, weighted: false, device);
        return new TrainingLoop(net, loss, training, validation, settings).Run();
    }
}
