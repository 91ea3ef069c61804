namespace MLExtensions;

/// <summary>How one layer's weight fared in an epoch.</summary>
/// <param name="Weight">Name of the weight.</param>
/// <param name="Norm">‖W‖, the root of the sum of squares, after the epoch.</param>
/// <param name="GradientNorm">The norm of its gradient in the epoch's last step, with everything that regularisers added, after clipping.</param>
/// <param name="EffectiveLearningRate">
/// η / ‖w‖² with the learning rate η of the epoch's last step: how fast the direction of a scale-invariant weight can turn. Where each row is scale-invariant by itself
/// ‖w‖² is the mean over rows, else that of the whole weight.
/// </param>
/// <param name="TurningAngle">The angle between the weight before and after the epoch, in radians: the mean over rows where each is scale-invariant by itself, else that of the whole weight.</param>
public sealed record LayerTelemetry(string Weight, double Norm, double GradientNorm, double EffectiveLearningRate, double TurningAngle);
