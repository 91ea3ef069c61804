using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Regularization;

/// <summary>Fits a net to some of the rows of an MNIST-like set, with one thread, and measures it on the test rows.</summary>
internal sealed class SubsetFit : IDisposable
{
    private const int Classes = 10;

    private readonly float[] _pixels;
    private readonly float[] _labels;
    private readonly int _rows;
    private readonly MemoryFeed _test;
    private readonly float[] _testPixels;
    private readonly float[] _testLabels;

    public SubsetFit(string folder, int rows)
    {
        (_pixels, _labels) = IdxFiles.Read(folder, "train");
        (_testPixels, _testLabels) = IdxFiles.Read(folder, "t10k");
        _rows = rows;
        _test = new MemoryFeed(RowTable.Of(_testPixels, _testLabels), null, true, false, CPU);
    }

    /// <summary>The training rows' features: [rows · 784]</summary>
    public ReadOnlySpan<float> Features => _pixels.AsSpan(0, _rows * 784);

    /// <summary>Accuracy on the test rows after the last epoch; that of guessing where the loss was no number any more.</summary>
    /// <param name="recipe">The net.</param>
    /// <param name="optimizer">With its own decay, if any.</param>
    /// <param name="learningRate">η at its highest; it falls as a cosine.</param>
    /// <param name="regularizers">As in the options.</param>
    /// <param name="epochs">Passes over the rows.</param>
    /// <param name="seed">Of weights and order.</param>
    /// <param name="weights">Takes the net before the first epoch and after every epoch.</param>
    /// <param name="fitted">Takes the net at the end.</param>
    public double Accuracy(Architecture recipe, Optimizer optimizer, double learningRate, IReadOnlyList<Regularizer> regularizers, int epochs, long seed, Action<Net>? weights = null, Action<Net>? fitted = null)
    {
        using var noGrad = no_grad();
        using Net net = Net.Create(recipe, recipe is ConvArchitecture ? InputShape.Image(1, 28, 28) : 784, Classes, CPU);
        net.Initialize(seed);
        using var loss = new CrossEntropyLoss(Classes, 0, CPU);
        using var training = new MemoryFeed(RowTable.Of(Features, _labels.AsSpan(0, _rows)), null, true, false, CPU);
        weights?.Invoke(net);
        var settings = new LoopSettings
        {
            Epochs = epochs,
            BatchSize = 128,
            Optimizer = optimizer,
            LearningRate = learningRate,
            Schedule = LearningRateSchedule.Cosine(),
            Seed = seed,
            Threads = 1,
            Regularizers = RegularizerSet.Of(regularizers, optimizer),
            EpochDone = _ => weights?.Invoke(net),
        };
        try
        {
            new TrainingLoop(net, loss, training, null, settings).Run();
        }
        catch (InvalidOperationException) // the loss is no number
        {
            return 1.0 / Classes;
        }

        fitted?.Invoke(net);
        lock (_test)
            return Accuracy(net, _test);
    }

    /// <summary>Accuracy on the test rows with Gaussian noise on some of their features.</summary>
    public double NoisyAccuracy(Net net, bool[] features, double deviation, long seed)
    {
        float[] pixels = [.. _testPixels];
        SeededRandom random = SeededRandom.Derive(seed, 1);
        for (int i = 0; i < pixels.Length; i++)
            if (features[i % features.Length])
                pixels[i] += (float)(deviation * random.NextGaussian());
        using var noisy = new MemoryFeed(RowTable.Of(pixels, _testLabels), null, true, false, CPU);
        return Accuracy(net, noisy);
    }

    private static double Accuracy(Net net, MemoryFeed rows)
    {
        using var loss = new CrossEntropyLoss(Classes, 0, CPU);
        using var validator = new Validator(net, loss, rows);
        (double value, double accuracy) = validator.Measure();
        return double.IsFinite(value) ? accuracy : 1.0 / Classes;
    }

    public void Dispose() => _test.Dispose();
}
