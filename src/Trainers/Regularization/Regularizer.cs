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

    /// <summary>Adds what is wrong with these settings to <paramref name="faults"/>.</summary>
    internal abstract void Check(ICollection<string> faults);

    /// <summary>Which of the parameters that nobody owns yet this regulariser takes.</summary>
    internal abstract bool Claims(ParameterSlot slot);

    /// <summary>The hook that acts on the claimed parameters.</summary>
    internal abstract TrainingHook CreateHook(FlatParameters parameters, IReadOnlyList<ParameterSlot> claimed);
}
