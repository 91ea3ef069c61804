using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>Fitted nets with seeded weights; nothing is trained.</summary>
internal static class Nets
{
    public const int Inputs = 4;
    public const int Classes = 3;

    public static FittedNetwork Create(NetTask task, long seed = 1, int inputs = Inputs, MlpArchitecture? recipe = null, int classes = Classes)
    {
        MlpArchitecture mlp = recipe ?? Architecture.Mlp([5]);
        int outputs = task == NetTask.Multiclass ? classes : 1;
        ParameterLayout layout = ParameterLayout.Of(mlp, inputs, outputs);
        var parameters = new float[layout.ParameterCount];
        var buffers = new float[layout.BufferCount];
        SeededRandom random = SeededRandom.Derive(seed, inputs, outputs);
        random.FillGaussian(parameters);
        foreach (ParameterSlot bias in layout.Parameters.Where(slot => slot.Role == ParameterRole.Bias))
            parameters.AsSpan(bias.Offset, bias.Length).Clear(); // so that every class wins somewhere
        random.FillUniform(buffers, 0.5f, 2);
        return new FittedNetwork(task, mlp, inputs, outputs, parameters, buffers, Report())
        {
            TargetMean = task == NetTask.Regression ? 20 : 0,
            TargetScale = task == NetTask.Regression ? 3 : 1,
        };
    }

    public static FittedNetwork Standardized(NetTask task) => Create(task) with
    {
        FeatureMean = [0.5f, -1, 2, 0],
        FeatureFactor = [2, 0.25f, 1, 3],
    };

    /// <summary>A report in which every property has a value that is not its default.</summary>
    public static TrainingReport Report() => new()
    {
        Epochs = [new(1, 0.75, double.NaN, double.NaN, 0.01, 1.5, 1000), new(2, 0.5, 0.625, 0.9, 0.005, 1.25, double.PositiveInfinity)],
        StopReason = StopReason.EarlyStopping,
        BestEpoch = 2,
        TrainingRows = 5_000_000_000,
        ValidationRows = 7,
        SkippedRows = 3,
        Seed = -42,
        Device = "cuda:1",
        Threads = 2,
        Architecture = "Mlp([5], Relu, None, dropout 0)",
        Parameters = 43,
        MetricName = "Accuracy",
        Versions = new Dictionary<string, string> { ["MLExtensions"] = "0.1.0", [".NET"] = "10.0" },
    };
}
