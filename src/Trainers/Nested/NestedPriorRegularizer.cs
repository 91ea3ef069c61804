using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions.Trainers.Nested;

/// <summary>The divergence between posterior and prior of a nested net, as a hook on the training loop; owns log α and gates.</summary>
internal sealed record NestedPriorRegularizer : Regularizer
{
    /// <summary>π of the prior chain.</summary>
    public required double Prior { get; init; }

    /// <summary>What the divergence is multiplied by, beside 1 / rows.</summary>
    public required double Weight { get; init; }

    /// <summary>Whether the weights' part is summed over the inputs of a unit, as in the paper, or their mean, as in its code.</summary>
    public required bool Summed { get; init; }

    /// <summary>The share of all steps over which the weight rises from 0.</summary>
    public required double WarmUp { get; init; }

    /// <summary>τ at the start.</summary>
    public required double Temperature { get; init; }

    /// <summary>τ at the end.</summary>
    public required double FinalTemperature { get; init; }

    /// <summary>The largest log α.</summary>
    public required double MostLogAlpha { get; init; }

    /// <summary>Training rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Steps of the whole fit.</summary>
    public required long Steps { get; init; }

    /// <summary>The factor of the divergence in the mean loss at a step.</summary>
    public double FactorAt(long step) => Weight / Rows * (WarmUp > 0 ? Math.Min(1, step / (WarmUp * Steps)) : 1);

    /// <summary>τ at a step: linear from start to end.</summary>
    public double TemperatureAt(long step) => Temperature + ((FinalTemperature - Temperature) * Math.Min(1, step / (double)Math.Max(1, Steps)));

    internal override void Check(ICollection<string> faults)
    {
    }

    internal override bool Claims(ParameterSlot slot) => slot.Role is ParameterRole.WeightNoise or ParameterRole.Gate;

    internal override TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed) => new NestedPriorHook((NestedNet)net, this);
}
