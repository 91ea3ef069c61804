namespace MLExtensions.Trainers.Transport;

/// <summary>
/// The plan stays the same along (f + λ, g − λ), the dual does not: its best λ solves A e^(−λ/ρ_s) = B e^(λ/ρ_t), with A = Σ a e^(−f/ρ_s) and B = Σ b e^(−g/ρ_t).
/// Without it the scaling iteration finds this λ by a step of a share ε / ρ at a time (Séjourné, Vialard and Peyré, 2022, have the step for equal ρ).
/// </summary>
internal static class TranslationStep
{
    /// <summary>λ, over ε like everything here.</summary>
    /// <param name="sourceMass">A.</param>
    /// <param name="sourceRho">ρ_s; infinity allowed, 0 leaves nothing to move.</param>
    /// <param name="targetMass">B.</param>
    /// <param name="targetRho">ρ_t.</param>
    public static double Best(double sourceMass, double sourceRho, double targetMass, double targetRho)
    {
        double slope = (1 / sourceRho) + (1 / targetRho); // 1 / ∞ = 0
        if (slope == 0 || double.IsInfinity(slope))
            return 0;
        double lambda = Math.Log(sourceMass / targetMass) / slope;
        return double.IsFinite(lambda) ? lambda : 0;
    }
}
