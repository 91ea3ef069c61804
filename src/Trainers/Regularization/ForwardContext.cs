using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Regularization;

/// <summary>What a hook sees before the forward pass of a step.</summary>
/// <param name="Fit">Net and optimiser.</param>
/// <param name="Batch">The rows.</param>
/// <param name="Loss">What the fit minimises.</param>
/// <param name="Seed">Of the fit.</param>
/// <param name="Step">Steps done before this one.</param>
internal readonly record struct ForwardContext(FitContext Fit, Batch Batch, Loss Loss, long Seed, long Step);
