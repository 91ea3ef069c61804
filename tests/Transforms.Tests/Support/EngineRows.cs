using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>What a prediction engine is given.</summary>
public sealed class FeatureRow
{
    [VectorType(Nets.Inputs)]
    public float[] Features { get; set; } = [];
}

/// <summary>What a multiclass model answers.</summary>
public sealed class ClassScores
{
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];
}

/// <summary>What a binary model answers.</summary>
public sealed class BinaryScore
{
    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }
}

/// <summary>What a regression model answers.</summary>
public sealed class NumberScore
{
    public float Score { get; set; }
}
