using MLExtensions.Trainers.Robustness;

namespace MLExtensions;

/// <summary>Projected gradient descent; made by <see cref="Attack.Pgd"/>.</summary>
public sealed record PgdAttack : Attack
{
    internal PgdAttack(int steps, double stepSize, int restarts, AttackNorm norm, bool randomStart)
    {
        Steps = steps;
        StepSize = stepSize;
        Restarts = restarts;
        Norm = norm;
        RandomStart = randomStart;
    }

    /// <summary>Steps of a try.</summary>
    public int Steps { get; }

    /// <summary>Length of a step as a share of epsilon.</summary>
    public double StepSize { get; }

    /// <summary>Independent tries.</summary>
    public int Restarts { get; }

    /// <summary>What epsilon limits.</summary>
    public AttackNorm Norm { get; }

    /// <summary>Whether a try starts at a random point.</summary>
    public bool RandomStart { get; }

    /// <inheritdoc/>
    public override string Name => $"PGD-{Steps} {NameOf(Norm)}{(Restarts > 1 ? $" x{Restarts}" : "")}";

    internal override bool IsCumulative => true;

    internal override void Check(ICollection<string> faults)
    {
        if (Steps < 1)
            faults.Add($"Attack.Pgd: steps is {Steps}; it must be at least 1. 20 is usual.");
        if (!(StepSize > 0 && double.IsFinite(StepSize)))
            faults.Add($"Attack.Pgd: stepSize is {StepSize}; it must be a finite number above 0, a share of epsilon. 0.25 is the default.");
        if (Restarts < 1)
            faults.Add($"Attack.Pgd: restarts is {Restarts}; it must be at least 1.");
        if (Restarts > 1 && !RandomStart)
            faults.Add($"Attack.Pgd: restarts is {Restarts} without randomStart: every try would be the same. Set randomStart, or restarts to 1.");
        CheckNorm("Pgd", Norm, faults);
    }

    internal override AttackResult Run(AttackRows rows, double epsilon)
    {
        using var climb = new GradientClimb(rows, Norm, epsilon);
        for (int restart = 0; restart < Restarts && climb.Standing > 0; restart++)
            climb.Try(RandomStart ? restart : null, Steps, StepSize, checkWay: true);
        return climb.Result();
    }
}
