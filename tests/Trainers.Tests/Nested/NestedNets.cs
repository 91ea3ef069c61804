using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nested;

/// <summary>Small nested nets for tests.</summary>
internal static class NestedNets
{
    public const int Inputs = 5;
    public const int Outputs = 3;

    public static readonly NestedSettings Settings = new() { Groups = 8, Floor = 2, Ordering = NestedOrdering.Learned };

    public static MlpArchitecture Recipe(Normalization normalization, Activation activation = Activation.Relu) =>
        Architecture.Mlp([12, 9], activation, normalization); // 9 units in 8 groups: a remainder

    public static NestedMlpNet Create(Normalization normalization, Activation activation = Activation.Relu, NestedSettings? settings = null, double logAlpha = -2, Device? device = null)
    {
        var net = new NestedMlpNet(Recipe(normalization, activation), Inputs, Outputs, settings ?? Settings, .8, logAlpha, device ?? TestDevices.Get("cpu"));
        Shake(net);
        return net;
    }

    /// <summary>Weights of a fresh net, and biases, shifts, noise and gates that differ from unit to unit.</summary>
    public static void Shake(NestedNet net)
    {
        net.Initialize(seed: 4);
        (float[] values, float[] buffers) = net.Parameters.ToArrays();
        int index = 0;
        foreach (ParameterSlot slot in net.Parameters.Layout.Parameters.Where(slot => slot.Role is ParameterRole.Bias or ParameterRole.NormShift or ParameterRole.WeightNoise or ParameterRole.Gate))
        {
            float[] noise = Numbers.Uniform(slot.Length, seed: 100 + index++, low: -.5f, high: .5f);
            for (int i = 0; i < slot.Length; i++)
                values[slot.Offset + i] += noise[i];
        }

        net.Parameters.Set(values, buffers);
    }

    /// <summary>A fitted net with random statistics.</summary>
    public static NestedNetwork Fitted(Normalization normalization, Activation activation = Activation.Relu, NestedSettings? settings = null, NetTask task = NetTask.Multiclass)
    {
        using NestedMlpNet net = Create(normalization, activation, settings);
        float[] statistics = [];
        if (normalization == Normalization.Batch)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            statistics = net.CollectStatistics(Numbers.Tensor(TestDevices.Get("cpu"), 77, 200, Inputs), static () => { });
        }

        return new NestedNetwork(task, Recipe(normalization, activation), settings ?? Settings, Inputs, Outputs, net.Parameters.ToArrays().Parameters, statistics, Report());
    }

    public static TrainingReport Report() => new()
    {
        Epochs = [],
        StopReason = StopReason.EpochsDone,
        BestEpoch = 0,
        TrainingRows = 1,
        ValidationRows = 0,
        SkippedRows = 0,
        Seed = 11,
        Device = "cpu",
        Threads = 1,
        Architecture = "",
        Parameters = 0,
        MetricName = "Accuracy",
        Versions = new Dictionary<string, string>(),
    };

    public static IRowFeed Rows(int rows, Device device)
    {
        float[] features = Numbers.Uniform(rows * Inputs, seed: 21);
        float[] labels = [.. Enumerable.Range(0, rows).Select(i => features[i * Inputs] > .3 ? 2f : features[(i * Inputs) + 1] > 0 ? 1f : 0f)];
        return new MemoryFeed(RowTable.Of(features, labels), null, classIndices: true, weighted: false, device);
    }
}
