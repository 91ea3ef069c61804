using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>
/// Something that keeps weights from fitting noise: a hook on the training loop. Several combine in a list; each weight has one owner.
/// </summary>
public abstract record Regularizer
{
    private protected Regularizer()
    {
    }

    /// <summary>
    /// Weight decay. Coupled adds λ w to the gradient (an L2 penalty λ/2 ‖w‖²); decoupled shrinks w by the factor 1 − η λ after each step
    /// (Loshchilov and Hutter, 2019), which under Adam is not the same.
    /// </summary>
    /// <param name="coefficient">λ, at least 0.</param>
    /// <param name="decoupled">Whether to shrink after the step instead of changing the gradient.</param>
    /// <param name="includeBiasesAndNorms">Whether biases and norm parameters decay too; usually they should not.</param>
    public static WeightDecayRegularizer WeightDecay(double coefficient = 1e-4, bool decoupled = false, bool includeBiasesAndNorms = false) =>
        new(coefficient, decoupled, includeBiasesAndNorms);

    /// <summary>
    /// Weight rescaling (WRS), after Liu et al., arXiv 2102.03497: weights that a normalisation follows are set to a fixed norm after every step (or every so many), which
    /// leaves the net's function as it is and makes their effective learning rate η / norm². It takes the place of weight decay on exactly those weights.
    /// Whatever it leaves decays with the optimiser's or the list's weight decay; without one the other weights decay with 5e-4, coupled.
    /// </summary>
    /// <param name="period">Steps between two rescalings, at least 1.</param>
    /// <param name="norm">The norm of each row, above 0.</param>
    /// <param name="granularity">What gets the norm. Weights before a layer normalisation are always taken as a whole: only that leaves the function unchanged.</param>
    /// <param name="consistentMomentum">Whether the optimiser's memory is rescaled too, as the gradients of the rescaled weights would be.</param>
    public static WeightRescalingRegularizer WeightRescaling(
        int period = 1, double norm = 1, RescalingGranularity granularity = RescalingGranularity.OutputUnit, bool consistentMomentum = false) =>
        new(period, norm, granularity, consistentMomentum);

    /// <summary>
    /// Weight-scale-shift-invariant regularisation (WEISSI, log-norm form, after secondary sources of Liu et al., arXiv 2008.02965): adds
    /// λ₁ Σ log‖W_l‖ + λ₂ Σ ‖W_l / ‖W_l‖‖₁ to the loss, over weights that no normalisation follows. Moving scale from one layer to another leaves it unchanged, so unlike weight
    /// decay it cannot be lowered without lowering the net's intrinsic norm Π‖W_l‖, which bounds its input gradient.
    /// </summary>
    /// <param name="lambda1">λ₁, at least 0.</param>
    /// <param name="lambda2">λ₂, at least 0.</param>
    /// <param name="normalizedDirection">Whether the second term is divided by the root of the number of weights, so that λ₂ means the same for layers of any size.</param>
    /// <param name="decoupled">Whether the penalty's gradient is applied after the step (times the learning rate) instead of being added to the loss's.</param>
    /// <param name="allowApproximate">Whether activations that are only nearly homogeneous (GELU, SiLU, tanh) are accepted.</param>
    public static ScaleShiftInvariantRegularizer ScaleShiftInvariant(
        double lambda1 = 1e-3, double lambda2 = 0, bool normalizedDirection = false, bool decoupled = false, bool allowApproximate = false) =>
        new(lambda1, lambda2, normalizedDirection, decoupled, allowApproximate);

    /// <summary>
    /// Adversarial training (Madry et al., 2018): trains on the worst rows that an attack finds within epsilon of the batch's, instead of on the rows themselves. It makes nets
    /// robust, costs about a training step for each of its steps, and usually some clean accuracy. It owns no weights, so that it goes with every other regulariser.
    /// The reported training loss is that of the attacked rows; validation uses the rows as they are.
    /// </summary>
    /// <param name="epsilon">
    /// How far a row may be moved, at least 0, in the units of the features as the net gets them: of the feature column, or standard deviations where the trainer standardises it
    /// inside (when a feature lies beyond ±8).
    /// </param>
    /// <param name="steps">Steps of the attack, at least 1.</param>
    /// <param name="stepSize">Length of a step as a share of epsilon, above 0; null for 2.5 / steps, at most 1.25.</param>
    /// <param name="norm">What epsilon limits.</param>
    /// <param name="randomStart">Whether the attack starts at a random point within epsilon.</param>
    /// <param name="lowerBound">The least value of a feature, in epsilon's units: 0 for pixels from 0 to 1. Null for none.</param>
    /// <param name="upperBound">The largest value of a feature. Null for none.</param>
    public static AdversarialTrainingRegularizer AdversarialTraining(
        double epsilon, int steps = 7, double? stepSize = null, AttackNorm norm = AttackNorm.LInfinity, bool randomStart = true, double? lowerBound = null, double? upperBound = null) =>
        new(epsilon, steps, stepSize, norm, randomStart, lowerBound, upperBound);

    /// <summary>Whether it needs weights of its own to act on.</summary>
    internal virtual bool ActsOnWeights => true;

    /// <summary>Adds what is wrong with these settings to <paramref name="faults"/>.</summary>
    internal abstract void Check(ICollection<string> faults);

    /// <summary>Why a recipe does not go with this regulariser, with the cure; null when it does.</summary>
    internal virtual string? Objection(Architecture architecture) => null;

    /// <summary>What a user should know of how this regulariser acts on a net; null for nothing.</summary>
    internal virtual string? Warning(IReadOnlyList<ParameterSlot> claimed, ParameterLayout layout) => null;

    /// <summary>Which of the parameters that nobody owns yet this regulariser takes.</summary>
    internal abstract bool Claims(ParameterSlot slot);

    /// <summary>The hook that acts on the claimed parameters of a net with its initial weights.</summary>
    internal abstract TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed);
}
