namespace MLExtensions;

/// <summary>The rows of one range of confidence: what a reliability diagram draws.</summary>
/// <param name="Lower">Lower end of the range.</param>
/// <param name="Upper">Upper end of the range.</param>
/// <param name="Rows">Rows within it.</param>
/// <param name="MeanConfidence">Mean of their largest probabilities; NaN without rows.</param>
/// <param name="Accuracy">The share of them whose most probable class is right; NaN without rows.</param>
public sealed record ReliabilityBin(double Lower, double Upper, int Rows, double MeanConfidence, double Accuracy)
{
    /// <summary>|accuracy − mean confidence|.</summary>
    public double Gap => Math.Abs(Accuracy - MeanConfidence);
}
