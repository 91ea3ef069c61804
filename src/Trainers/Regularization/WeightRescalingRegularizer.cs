using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>
/// Weight rescaling; made by <see cref="Regularizer.WeightRescaling"/>.
/// </summary>
/// <remarks>
/// Differences: the paper's full text was not available to us. The period (1), the unit (a row), the time (after the step) and the decay of the other weights are our choices.
/// </remarks>
public sealed record WeightRescalingRegularizer : Regularizer
{
    /// <summary>Coupled decay of the weights that are not rescaled, where nothing else makes them decay.</summary>
    internal const double DecayOfOthers = 5e-4;

    internal WeightRescalingRegularizer(int period, double norm, RescalingGranularity granularity, bool consistentMomentum)
    {
        Period = period;
        Norm = norm;
        Granularity = granularity;
        ConsistentMomentum = consistentMomentum;
    }

    /// <summary>Steps between two rescalings.</summary>
    public int Period { get; }

    /// <summary>The norm of each row.</summary>
    public double Norm { get; }

    /// <summary>What gets the norm.</summary>
    public RescalingGranularity Granularity { get; }

    /// <summary>Whether the optimiser's memory is rescaled too.</summary>
    public bool ConsistentMomentum { get; }

    internal override void Check(ICollection<string> faults)
    {
        if (Period < 1)
            faults.Add($"Regularizer.WeightRescaling: period is {Period}; it must be at least 1 step.");
        if (!(Norm > 0 && double.IsFinite(Norm)))
            faults.Add($"Regularizer.WeightRescaling: norm is {Norm}; it must be a finite number above 0. 1 is the paper's.");
        if (!Enum.IsDefined(Granularity))
            faults.Add($"Regularizer.WeightRescaling: granularity is {(int)Granularity}; allowed are {string.Join(", ", Enum.GetNames<RescalingGranularity>())}.");
    }

    internal override string? Objection(Architecture architecture) => architecture.IsNormalized
        ? null
        : $"Regularizer.WeightRescaling acts on weights that a normalisation follows, and {architecture} has none. "
            + "Add one, as in Architecture.Mlp(widths, normalization: Normalization.Batch), or remove it from Regularization.";

    internal override bool Claims(ParameterSlot slot) => slot.ScaleInvariance != ScaleInvarianceKind.None;

    internal override TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed) => new WeightRescalingHook(net.Parameters, claimed, this);
}
