using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using MLExtensions.Trainers.WeightFiles;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.Embedding;

/// <summary>A net made of a recipe and a weight file, without training. Its output layer is there, untrained, and nobody asks it.</summary>
internal static class PublishedNetwork
{
    private const int Outputs = 1;

    /// <summary>Reads the weights of the body.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another net.</exception>
    public static FittedNetwork Load(Architecture architecture, string weights, InputShape input, ChannelStatistics? statistics)
    {
        NativeTorch.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(architecture, input, Outputs, CPU);
        net.Initialize(seed: 0);
        InitialWeightsReport matched = NetWeights.Load(weights, net);
        (float[] parameters, float[] buffers) = net.Parameters.ToArrays();
        Standardization? standardization = input.IsImage ? statistics?.ToStandardization(input) : null;
        return new FittedNetwork(NetTask.Regression, architecture, input, Outputs, parameters, buffers, ReportOf(architecture, parameters.Length, matched))
        {
            FeatureMean = standardization?.Mean ?? [],
            FeatureFactor = standardization?.Factor ?? [],
        };
    }

    private static TrainingReport ReportOf(Architecture architecture, int parameters, InitialWeightsReport matched) => new()
    {
        Epochs = [],
        StopReason = StopReason.EpochsDone,
        BestEpoch = 0,
        TrainingRows = 0,
        ValidationRows = 0,
        SkippedRows = 0,
        Seed = 0,
        Device = "cpu",
        Threads = 1,
        Architecture = architecture.ToString(),
        Parameters = parameters,
        MetricName = "",
        InitialWeights = matched,
        Versions = new Dictionary<string, string> { [".NET"] = Environment.Version.ToString() },
    };
}
