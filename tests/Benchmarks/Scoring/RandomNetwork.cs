using Microsoft.ML;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Benchmarks.Scoring;

/// <summary>Nets and rows of random numbers: speed and safety do not depend on what was learned.</summary>
internal static class RandomNetwork
{
    /// <summary>A multiclass net with weights that keep the size of what flows through it.</summary>
    public static FittedNetwork Create(int inputs, int[] widths, int outputs)
    {
        MlpArchitecture mlp = Architecture.Mlp(widths);
        ParameterLayout layout = ParameterLayout.Of(mlp, inputs, outputs);
        var parameters = new float[layout.ParameterCount];
        var random = new SeededRandom(1);
        foreach (ParameterSlot slot in layout.Parameters)
            random.FillGaussian(parameters.AsSpan(slot.Offset, slot.Length), 0, slot.Role == ParameterRole.Weight ? MathF.Sqrt(2f / slot.Shape[1]) : 0.1f);
        return new FittedNetwork(NetTask.Multiclass, mlp, inputs, outputs, parameters, [], Report(mlp, layout));
    }

    /// <summary>Such a net as a stage of a pipeline.</summary>
    public static NeuralNetworkTransformer CreateTransformer(MLContext ml, int inputs, int[] widths, int outputs, LabelValues? labels = null) =>
        new(ml, Create(inputs, widths, outputs), new ScoreColumnNames(), labels);

    /// <summary>Features of so many rows, flat.</summary>
    public static float[] Rows(int rows, int width)
    {
        var features = new float[rows * width];
        new SeededRandom(2).FillGaussian(features);
        return features;
    }

    internal static TrainingReport Report(Architecture mlp, ParameterLayout layout) => new()
    {
        Epochs = [new EpochReport(1, 0.5, 0.6, 0.7, 0.001, 0.1, 1000)],
        StopReason = StopReason.EpochsDone,
        BestEpoch = 1,
        TrainingRows = 100,
        ValidationRows = 10,
        SkippedRows = 0,
        Seed = 1,
        Device = "cpu",
        Threads = 1,
        Architecture = mlp.ToString(),
        Parameters = layout.ParameterCount,
        MetricName = "Accuracy",
        Versions = new Dictionary<string, string>(),
    };
}
