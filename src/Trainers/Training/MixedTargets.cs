using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>The second label of rows that were mixed from two.</summary>
/// <param name="Targets">[batch], as the first labels</param>
/// <param name="Weights">[batch], the share of this label included</param>
internal sealed record MixedTargets(Tensor Targets, Tensor Weights);
