using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Robustness;

/// <summary>Fits an MLP 784-256-128-10 without normalisation to the first rows of an MNIST-like set, under SGD with momentum, and attacks it.</summary>
internal sealed class RobustFit(string folder)
{
    /// <summary>The epsilons of PGD, of pixels from 0 to 1.</summary>
    public static readonly double[] Epsilons = [0.02, 0.05, 0.1];

    private const int Classes = 10;
    private const int ValidationRows = 2000; // the last of the training file, which no fit sees
    private const int AttackedRows = 1000;

    private readonly (float[] Pixels, float[] Labels) _train = IdxFiles.Read(folder, "train");
    private readonly (float[] Pixels, float[] Labels) _test = IdxFiles.Read(folder, "t10k");

    /// <summary>Accuracy on the validation rows; 0 where the fit had to be stopped.</summary>
    public double ValidationAccuracy(RobustMethod method, double coefficient, int rows, long seed)
    {
        using var noGrad = no_grad();
        using Net? net = Fit(method, coefficient, rows, seed);
        if (net is null)
            return 0;
        int first = _train.Labels.Length - ValidationRows;
        return Accuracy(net, _train.Pixels.AsSpan(first * 784), _train.Labels.AsSpan(first));
    }

    /// <summary>Test accuracy, accuracy under PGD at each epsilon, mean gradient of the loss by the pixels, log of the intrinsic norm.</summary>
    public double[] Measure(RobustMethod method, double coefficient, int rows, long seed)
    {
        using var noGrad = no_grad();
        using Net net = Fit(method, coefficient, rows, seed)
            ?? throw new InvalidOperationException($"{method.Name} {coefficient}: the fit with seed {seed} was stopped, those of the choice were not.");
        var lower = new float[784];
        var ones = new float[784];
        Array.Fill(ones, 1);
        using var space = new AttackSpace(ones, lower, ones, CPU);
        Attack attack = Attack.Pgd();
        using var tally = new RobustnessTally(net, NetTask.Multiclass, space, [attack], Epsilons, seed: 1, static () => { });
        using var feed = new MemoryFeed(RowTable.Of(_test.Pixels.AsSpan(0, AttackedRows * 784), _test.Labels.AsSpan(0, AttackedRows)), null, classIndices: true, weighted: false, CPU);
        feed.BeginEpoch(null, 0);
        using (var scope = NewDisposeScope())
            while (feed.Next(500) is { } batch)
                tally.Add(batch.Features, batch.Targets);
        RobustnessMetrics metrics = tally.Metrics([], 0, null);
        double bound = InputGradientBound.Log(net.Architecture, net.Parameters.Layout, net.Parameters.ToArrays().Parameters, []);
        return [Accuracy(net, _test.Pixels, _test.Labels), .. Epsilons.Select(epsilon => metrics.AccuracyUnder(attack, epsilon)), metrics.MeanInputGradientNorm, bound];
    }

    private static double Accuracy(Net net, ReadOnlySpan<float> pixels, ReadOnlySpan<float> labels)
    {
        using var loss = new CrossEntropyLoss(Classes, 0, CPU);
        using var feed = new MemoryFeed(RowTable.Of(pixels, labels), null, classIndices: true, weighted: false, CPU);
        using var validator = new Validator(net, loss, feed);
        return validator.Measure().Metric;
    }

    // Null where the loss became no number or norms collapsed.
    private Net? Fit(RobustMethod method, double coefficient, int rows, long seed)
    {
        Net net = Net.Create(Architecture.Mlp([256, 128]), 784, Classes, CPU);
        net.Initialize(seed);
        using var loss = new CrossEntropyLoss(Classes, 0, CPU);
        using var training = new MemoryFeed(RowTable.Of(_train.Pixels.AsSpan(0, rows * 784), _train.Labels.AsSpan(0, rows)), null, classIndices: true, weighted: false, CPU);
        var settings = new LoopSettings
        {
            Epochs = rows switch { <= 100 => 150, <= 500 => 50, <= 1000 => 40, _ => 15 },
            BatchSize = 50,
            Optimizer = Optimizer.Sgd(),
            LearningRate = 0.05,
            Schedule = LearningRateSchedule.Cosine(),
            Seed = seed,
            Threads = 1,
            Regularizers = method.Regularizers(coefficient),
        };
        try
        {
            if (new TrainingLoop(net, loss, training, null, settings).Run().StopReason == StopReason.EpochsDone)
                return net;
        }
        catch (InvalidOperationException)
        {
        }

        net.Dispose();
        return null;
    }
}
