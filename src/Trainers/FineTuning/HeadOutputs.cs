using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>What the outputs of one head mean.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Count">Number of outputs.</param>
/// <param name="Classes">What the classes are called, in the order of the outputs; null where they have no names.</param>
internal sealed record HeadOutputs(NetTask Task, int Count, IReadOnlyList<string>? Classes)
{
    /// <summary>Regression: mean of the label.</summary>
    public float TargetMean { get; init; }

    /// <summary>Regression: standard deviation of the label.</summary>
    public float TargetScale { get; init; } = 1;
}
