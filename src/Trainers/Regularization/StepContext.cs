using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Regularization;

/// <summary>What a hook sees of a step.</summary>
/// <param name="Net">The net.</param>
/// <param name="Rule">The optimiser's rule with its memory.</param>
/// <param name="Batch">The rows.</param>
/// <param name="OutputGradient">[batch, outputs], the gradient of the loss by the outputs; consumed by the backward pass.</param>
/// <param name="LearningRate">η of this step.</param>
/// <param name="Step">Steps done before this one.</param>
internal readonly record struct StepContext(Net Net, StepRule Rule, Batch Batch, Tensor OutputGradient, double LearningRate, long Step);
