using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>What an attack achieved.</summary>
/// <param name="Examples">[rows, inputs]: for a row that fell, the point that is misclassified; else the last one tried.</param>
/// <param name="Standing">[rows], float32: 1 for a row that is still classified rightly, 0 for one that fell; a mean over the draws of noise.</param>
internal sealed record AttackResult(Tensor Examples, Tensor Standing);
