using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Scoring;

/// <summary>Forward pass of a multi-layer perceptron in managed code.</summary>
internal sealed class ManagedMlp
{
    public static IRowScorer Create(FittedNetwork network) => throw new NotSupportedException(network.Architecture.ToString());
}
