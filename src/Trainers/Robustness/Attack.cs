using MLExtensions.Trainers.Robustness;

namespace MLExtensions;

/// <summary>
/// A way to change rows a little so that a classifier errs: at most epsilon per row, in the units of the attacked columns. Attacks that climb follow the gradient of
/// the cross-entropy of the right class by the features, of the net as it scores.
/// </summary>
public abstract record Attack
{
    private protected Attack()
    {
    }

    /// <summary>Short name, as in tables.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The fast gradient sign method (Goodfellow et al., 2015): one step of length epsilon from the row itself. Quick, and easily misled: a net that looks robust
    /// under it alone need not be.
    /// </summary>
    /// <param name="norm">What epsilon limits.</param>
    public static FgsmAttack Fgsm(AttackNorm norm = AttackNorm.LInfinity) => new(norm);

    /// <summary>
    /// Projected gradient descent (Madry et al., 2018): many short steps that climb the loss, each brought back to within epsilon of the row. A row falls when any
    /// point on the way is misclassified, in any restart.
    /// </summary>
    /// <param name="steps">Steps, at least 1.</param>
    /// <param name="stepSize">Length of a step as a share of epsilon, above 0. A quarter is our choice.</param>
    /// <param name="restarts">Independent tries, at least 1.</param>
    /// <param name="norm">What epsilon limits.</param>
    /// <param name="randomStart">Whether a try starts at a random point within epsilon instead of at the row itself.</param>
    public static PgdAttack Pgd(int steps = 20, double stepSize = 0.25, int restarts = 1, AttackNorm norm = AttackNorm.LInfinity, bool randomStart = true) =>
        new(steps, stepSize, restarts, norm, randomStart);

    /// <summary>Normal noise with a standard deviation of epsilon on every attacked feature: no attacker, but what a bad sensor does. Its accuracy is the mean over the draws.</summary>
    /// <param name="draws">Draws per row, at least 1.</param>
    public static GaussianNoiseAttack GaussianNoise(int draws = 1) => new(draws);

    /// <summary>Whether a row that falls at one epsilon surely falls at a larger one, since its example is still allowed there.</summary>
    internal virtual bool IsCumulative => false;

    /// <summary>Whether somebody picks the change to do harm: then a row that is misclassified already counts as fallen.</summary>
    internal virtual bool IsAdversarial => true;

    /// <summary>Adds what is wrong with these settings to <paramref name="faults"/>.</summary>
    internal abstract void Check(ICollection<string> faults);

    /// <summary>Attacks rows. Callers hold a no-grad guard and a dispose scope.</summary>
    /// <param name="rows">The rows and the net.</param>
    /// <param name="epsilon">How far a row may be moved; above 0.</param>
    internal abstract AttackResult Run(AttackRows rows, double epsilon);

    private protected static void CheckNorm(string attack, AttackNorm norm, ICollection<string> faults)
    {
        if (!Enum.IsDefined(norm))
            faults.Add($"Attack.{attack}: norm is {(int)norm}; allowed are {string.Join(", ", Enum.GetNames<AttackNorm>())}.");
    }

    private protected static string NameOf(AttackNorm norm) => norm == AttackNorm.L2 ? "L2" : "L-inf";
}
