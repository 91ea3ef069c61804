using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>What an <see cref="ActivationBlock"/> needs of a scoring pass to differentiate it by its input.</summary>
/// <param name="Input">[batch, units], leaf of the block's graph; null where the output says enough.</param>
/// <param name="Output">[batch, units], what the next layer sees.</param>
internal readonly record struct ActivationPass(Tensor? Input, Tensor Output);
