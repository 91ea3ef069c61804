using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>Some rows, on the device of the net. Lives in the dispose scope of the step.</summary>
/// <param name="Features">[batch, inputs], float32</param>
/// <param name="Targets">[batch]: class indices (int64) or numbers (float32)</param>
/// <param name="Weights">[batch], float32; null for 1</param>
internal sealed record Batch(Tensor Features, Tensor Targets, Tensor? Weights)
{
    /// <summary>Pre-training rows that share the forward pass: their features come after those of these rows. Null without.</summary>
    public Batch? Pretraining { get; init; }

    /// <summary>The second labels of rows that were mixed from two; <see cref="Weights"/> then has the share of the first. Null without.</summary>
    public MixedTargets? Mixed { get; init; }

    /// <summary>Number of rows, without those of pre-training.</summary>
    public long Rows => Targets.shape[0];
}
