namespace MLExtensions.Trainers.Training;

/// <summary>What a training loop gives back.</summary>
/// <param name="Parameters">The chosen weights, flat.</param>
/// <param name="Buffers">The running statistics that belong to them.</param>
/// <param name="Epochs">One entry per epoch.</param>
/// <param name="StopReason">Why it ended.</param>
/// <param name="BestEpoch">The epoch (1-based) of the chosen weights; 0 when none was finished.</param>
internal sealed record TrainingOutcome(
    float[] Parameters, float[] Buffers, IReadOnlyList<EpochReport> Epochs, StopReason StopReason, int BestEpoch);
