using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Regularization;

/// <summary>What a hook sees of a step.</summary>
/// <param name="Fit">Net and optimiser.</param>
/// <param name="Batch">The rows.</param>
/// <param name="OutputGradient">[batch, outputs], the gradient of the loss by the outputs; consumed by the backward pass.</param>
/// <param name="LearningRate">η of this step.</param>
/// <param name="Step">Steps done before this one.</param>
internal readonly record struct StepContext(FitContext Fit, Batch Batch, Tensor OutputGradient, double LearningRate, long Step);
