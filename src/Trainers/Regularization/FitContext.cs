using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions.Trainers.Regularization;

/// <summary>What a hook sees of a fit.</summary>
/// <param name="Net">The net.</param>
/// <param name="Rule">The optimiser's rule with its memory.</param>
internal readonly record struct FitContext(Net Net, StepRule Rule);
