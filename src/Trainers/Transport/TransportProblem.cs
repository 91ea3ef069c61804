namespace MLExtensions;

/// <summary>
/// Entropic unbalanced transport: the plan P ≥ 0 that minimises
/// ⟨P, M⟩ + ε KL(P | R) + ρ_s KL(P 1 | a) + ρ_t KL(Pᵀ 1 | b), with KL(x | y) = Σ x log(x / y) − x + y
/// (Chizat et al., Math. Comp. 2018; Séjourné et al., arXiv 1910.12958).
/// </summary>
public sealed record TransportProblem
{
    /// <summary>Where the costs M come from.</summary>
    public required TransportGeometry Geometry { get; init; }

    /// <summary>a: mass of each source point, at least 0. Null for 1/n each. A point of mass 0 takes no part.</summary>
    public IReadOnlyList<double>? SourceWeights { get; init; }

    /// <summary>b: mass of each target point, at least 0. Null for 1/m each. A point of mass 0 takes no part.</summary>
    public IReadOnlyList<double>? TargetWeights { get; init; }

    /// <summary>ε, in units of the cost: how much the plan is smoothed. Above 0. The default is 0.1.</summary>
    public double Epsilon { get; init; } = 0.1;

    /// <summary>ρ_s, in units of the cost: the price of a source mass other than a. 0: free; <see cref="double.PositiveInfinity"/>: exactly a. The default is 1.</summary>
    public double RhoSource { get; init; } = 1;

    /// <summary>ρ_t, in units of the cost: the price of a target mass other than b. 0: free; <see cref="double.PositiveInfinity"/>: exactly b. The default is 1.</summary>
    public double RhoTarget { get; init; } = 1;

    /// <summary>R. The default is <see cref="TransportReference.Weights"/>.</summary>
    public TransportReference Reference { get; init; }

    internal void Check(ICollection<string> faults)
    {
        if (Geometry is null)
        {
            faults.Add("Geometry is null; make one with TransportGeometry.Cosine, SquaredEuclidean, Euclidean or FromCosts.");
            return;
        }

        if (!(Epsilon > 0) || !double.IsFinite(Epsilon))
            faults.Add($"Epsilon is {Epsilon}; allowed is any finite number above 0, in units of the cost.");
        CheckRho(nameof(RhoSource), RhoSource, faults);
        CheckRho(nameof(RhoTarget), RhoTarget, faults);
        if (!Enum.IsDefined(Reference))
            faults.Add($"Reference is {Reference}; allowed is {string.Join(", ", Enum.GetNames<TransportReference>())}.");
        double source = CheckWeights(nameof(SourceWeights), SourceWeights, Geometry.SourceCount, faults);
        double target = CheckWeights(nameof(TargetWeights), TargetWeights, Geometry.TargetCount, faults);
        if (double.IsPositiveInfinity(RhoSource) && double.IsPositiveInfinity(RhoTarget) && Math.Abs(source - target) > 1e-9 * Math.Max(source, target))
            faults.Add($"RhoSource and RhoTarget are both infinite, but the source's mass is {source:R} and the target's {target:R}; a plan cannot have both. "
                + "Give weights of the same sum, or a finite rho on one side.");
    }

    private static void CheckRho(string name, double rho, ICollection<string> faults)
    {
        if (!(rho >= 0))
            faults.Add($"{name} is {rho}; allowed is at least 0, infinity included (the mass is then exactly the given one).");
    }

    /// <summary>The weights' sum.</summary>
    private static double CheckWeights(string name, IReadOnlyList<double>? weights, int count, ICollection<string> faults)
    {
        if (weights is null)
            return 1;
        if (weights.Count != count)
        {
            faults.Add($"{name} has {weights.Count} values for {count} points; give one for each.");
            return double.NaN;
        }

        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            if (!(weights[i] >= 0) || !double.IsFinite(weights[i]))
            {
                faults.Add($"{name}[{i}] is {weights[i]}; allowed are finite numbers of at least 0.");
                return double.NaN;
            }

            sum += weights[i];
        }

        if (sum == 0)
            faults.Add($"{name} are all 0, so there is nothing to transport; give at least one point a mass above 0.");
        else if (!double.IsFinite(sum))
            faults.Add($"{name} sum to more than a float64 holds; divide them by a common number.");
        return sum;
    }
}
