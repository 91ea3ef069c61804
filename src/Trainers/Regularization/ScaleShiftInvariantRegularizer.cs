using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>
/// Weight-scale-shift-invariant regularisation; made by <see cref="Regularizer.ScaleShiftInvariant"/>.
/// </summary>
/// <remarks>
/// Differences: the paper's full text was not available to us; the form is the log-norm form of secondary sources. Its coefficients, the treatment of nets with normalisation
/// (only weights that no normalisation follows are taken), the guard ε = 1e-8 and the norm at which a fit is stopped are our choices. All recipes with skip connections have batch
/// normalisation, so the form for residual blocks has nothing to act on and is not there.
/// </remarks>
public sealed record ScaleShiftInvariantRegularizer : Regularizer
{
    internal ScaleShiftInvariantRegularizer(double lambda1, double lambda2, bool normalizedDirection, bool decoupled, bool allowApproximate)
    {
        Lambda1 = lambda1;
        Lambda2 = lambda2;
        NormalizedDirection = normalizedDirection;
        Decoupled = decoupled;
        AllowApproximate = allowApproximate;
    }

    /// <summary>λ₁, of the sum of log norms; not used where <see cref="MatchedWeightDecay"/> is set.</summary>
    public double Lambda1 { get; }

    /// <summary>The coefficient of weight decay from which λ₁ is found when a fit starts; null for <see cref="Lambda1"/>.</summary>
    public double? MatchedWeightDecay { get; private init; }

    /// <summary>λ₂, of the L1 norms of the directions.</summary>
    public double Lambda2 { get; }

    /// <summary>Whether the second term is divided by the root of the number of weights.</summary>
    public bool NormalizedDirection { get; }

    /// <summary>Whether the penalty's gradient is applied after the step.</summary>
    public bool Decoupled { get; }

    /// <summary>Whether activations that are only nearly homogeneous are accepted.</summary>
    public bool AllowApproximate { get; }

    /// <summary>
    /// A copy that finds λ₁ when a fit starts: λ₁ = λ · mean ‖W_l‖² over the weights it takes, with their initial values. Then it shrinks them, on average, at the rate at
    /// which a coupled weight decay of λ would at first, which makes the two comparable.
    /// </summary>
    /// <param name="lambda">λ of the weight decay, at least 0.</param>
    public ScaleShiftInvariantRegularizer MatchWeightDecay(double lambda) => this with { MatchedWeightDecay = lambda };

    internal override void Check(ICollection<string> faults)
    {
        foreach ((string name, double value) in new[] { ("lambda1", Lambda1), ("lambda2", Lambda2), ("lambda of MatchWeightDecay", MatchedWeightDecay ?? 0) })
            if (!(value >= 0 && double.IsFinite(value)))
                faults.Add($"Regularizer.ScaleShiftInvariant: {name} is {value}; it must be a finite number of at least 0. 1e-4 to 1e-2 (lambda1) and 0 to 1e-4 (lambda2) are worth trying.");
    }

    internal override bool Claims(ParameterSlot slot) => slot.Role == ParameterRole.Weight && slot.ScaleInvariance == ScaleInvarianceKind.None;

    internal override string? Objection(Architecture architecture) =>
        AllowApproximate || architecture.ActivationThatIsNotHomogeneous is not { } activation
            ? null
            : $"Regularizer.ScaleShiftInvariant needs activations for which f(a x) = a f(x); {activation} in {architecture} is not one. "
                + "Use Relu, LeakyRelu or Identity, or set allowApproximate to accept that the penalty is then only nearly invariant.";

    internal override string? Warning(IReadOnlyList<ParameterSlot> claimed, ParameterLayout layout)
    {
        string[] left = [.. layout.Parameters.Where(slot => slot.ScaleInvariance != ScaleInvarianceKind.None).Select(slot => slot.Name)];
        return left.Length == 0
            ? null
            : $"Regularizer.ScaleShiftInvariant acts only on {string.Join(", ", claimed.Select(slot => $"'{slot.Name}'"))}: a normalisation follows {left.Length} other weights, "
                + "so their scale does not matter to the function and is no part of a bound on its gradient. "
                + "Use a recipe without normalisation to regularise all of them, or add Regularizer.WeightRescaling for the others.";
    }

    internal override TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed) => new ScaleShiftInvariantHook(net.Parameters, claimed, this);
}
