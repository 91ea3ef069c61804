using MLExtensions.Trainers.Robustness;

namespace MLExtensions;

/// <summary>The fast gradient sign method; made by <see cref="Attack.Fgsm"/>.</summary>
public sealed record FgsmAttack : Attack
{
    internal FgsmAttack(AttackNorm norm) => Norm = norm;

    /// <summary>What epsilon limits.</summary>
    public AttackNorm Norm { get; }

    /// <inheritdoc/>
    public override string Name => $"FGSM {NameOf(Norm)}";

    internal override void Check(ICollection<string> faults) => CheckNorm("Fgsm", Norm, faults);

    internal override AttackResult Run(AttackRows rows, double epsilon)
    {
        using var climb = new GradientClimb(rows, Norm, epsilon);
        climb.Try(randomTurn: null, steps: 1, stepSize: 1, checkWay: false);
        return climb.Result();
    }
}
