using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions;

/// <summary>Weight decay; made by <see cref="Regularizer.WeightDecay"/>.</summary>
public sealed record WeightDecayRegularizer : Regularizer
{
    internal WeightDecayRegularizer(double coefficient, bool decoupled, bool includeBiasesAndNorms)
    {
        Coefficient = coefficient;
        Decoupled = decoupled;
        IncludeBiasesAndNorms = includeBiasesAndNorms;
    }

    /// <summary>λ.</summary>
    public double Coefficient { get; }

    /// <summary>Whether weights shrink after the step instead of through the gradient.</summary>
    public bool Decoupled { get; }

    /// <summary>By what λ is multiplied on scale-invariant weights; an optimiser that projects its steps asks for less than 1.</summary>
    internal double InvariantRatio { get; init; } = 1;

    /// <summary>Whether biases and norm parameters decay too.</summary>
    public bool IncludeBiasesAndNorms { get; }

    internal override void Check(ICollection<string> faults)
    {
        if (!(Coefficient >= 0 && double.IsFinite(Coefficient)))
            faults.Add($"Regularizer.WeightDecay: coefficient is {Coefficient}; it must be a finite number of at least 0. 1e-4 (coupled) and 0.01 (decoupled) are usual.");
    }

    internal override bool Claims(ParameterSlot slot) => IncludeBiasesAndNorms || slot.Role == ParameterRole.Weight;

    internal override TrainingHook CreateHook(Net net, IReadOnlyList<ParameterSlot> claimed) => new WeightDecayHook(net.Parameters, claimed, this);
}
