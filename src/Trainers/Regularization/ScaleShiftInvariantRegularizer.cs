using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>
/// Weight-scale-shift-invariant regularisation; made by <see cref="Regularizer.ScaleShiftInvariant"/>.
/// </summary>
/// <remarks>
/// Differences: the paper's full text was not available to us; the form is the log-norm form of secondary sources. Its coefficients, the treatment of nets with normalisation
/// (only weights that no normalisation follows are taken) and the guard ε = 1e-8 are our choices. Recipes with skip connections are not there yet.
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

    /// <summary>λ₁, of the sum of log norms.</summary>
    public double Lambda1 { get; }

    /// <summary>λ₂, of the L1 norms of the directions.</summary>
    public double Lambda2 { get; }

    /// <summary>Whether the second term is divided by the root of the number of weights.</summary>
    public bool NormalizedDirection { get; }

    /// <summary>Whether the penalty's gradient is applied after the step.</summary>
    public bool Decoupled { get; }

    /// <summary>Whether activations that are only nearly homogeneous are accepted.</summary>
    public bool AllowApproximate { get; }

    internal override void Check(ICollection<string> faults)
    {
        foreach ((string name, double value) in new[] { ("lambda1", Lambda1), ("lambda2", Lambda2) })
            if (!(value >= 0 && double.IsFinite(value)))
                faults.Add($"Regularizer.ScaleShiftInvariant: {name} is {value}; it must be a finite number of at least 0. 1e-4 to 1e-2 (lambda1) and 0 to 1e-4 (lambda2) are worth trying.");
    }

    internal override bool Claims(ParameterSlot slot) => slot.Role == ParameterRole.Weight && slot.ScaleInvariance == ScaleInvarianceKind.None;

    internal override TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed)
    {
        if (net.Architecture.ActivationThatIsNotHomogeneous is { } activation && !AllowApproximate)
            throw new InvalidOperationException(
                $"Regularizer.ScaleShiftInvariant needs activations for which f(a x) = a f(x); {activation} in {net.Architecture} is not one. "
                + "Use Relu, LeakyRelu or Identity, or set allowApproximate to accept that the penalty is then only nearly invariant.");
        return new ScaleShiftInvariantHook(net.Parameters, claimed, this);
    }
}
