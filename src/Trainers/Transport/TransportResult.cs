namespace MLExtensions;

/// <summary>
/// The plan P_ij = R_ij exp((f_i + g_j − M_ij) / ε) of a transport problem, with the evidence that it is right. The plan itself is never held: its entries
/// are computed when asked for.
/// </summary>
public sealed class TransportResult
{
    internal TransportResult()
    {
    }

    /// <summary>What was solved.</summary>
    public required TransportProblem Problem { get; init; }

    /// <summary>f: a potential for each source point, in units of the cost; −∞ for points of mass 0.</summary>
    public required IReadOnlyList<double> SourcePotentials { get; init; }

    /// <summary>g: a potential for each target point, in units of the cost; −∞ for points of mass 0.</summary>
    public required IReadOnlyList<double> TargetPotentials { get; init; }

    /// <summary>P 1: what leaves each source point.</summary>
    public required IReadOnlyList<double> SourceMass { get; init; }

    /// <summary>Pᵀ 1: what reaches each target point.</summary>
    public required IReadOnlyList<double> TargetMass { get; init; }

    /// <summary>Sum of the plan.</summary>
    public required double Mass { get; init; }

    /// <summary>
    /// ⟨P, M⟩ + ε KL(P | R) + ρ_s KL(P 1 | a) + ρ_t KL(Pᵀ 1 | b) of this plan. A side with infinite ρ adds nothing here; how well it is matched is
    /// <see cref="MarginalError"/>. Reference weights and masses of points without mass are left out.
    /// </summary>
    public required double Objective { get; init; }

    /// <summary>The dual's value at the potentials: no plan has a lower objective.</summary>
    public required double DualValue { get; init; }

    /// <summary>Objective less dual value, computed without cancellation: at least 0, and 0 at the solution. With an infinite ρ: Σ |potential · mass missing|.</summary>
    public required double DualityGap { get; init; }

    /// <summary>The largest |mass − weight| on sides with infinite ρ; 0 without such a side.</summary>
    public required double MarginalError { get; init; }

    /// <summary>Whether the tolerance was reached, or, with <see cref="TransportStopReason.PrecisionReached"/>, all that the arithmetic can give.</summary>
    public required bool Converged { get; init; }

    /// <summary>Passes over all pairs.</summary>
    public required int Iterations { get; init; }

    /// <summary>The error of each iteration: the largest change of a potential (of the side with fewer points) over ε.</summary>
    public required IReadOnlyList<double> Errors { get; init; }

    /// <summary>Why the solve ended.</summary>
    public required TransportStopReason StopReason { get; init; }

    /// <summary>What the automatic choices came to.</summary>
    public required TransportMethod Method { get; init; }

    /// <summary>Time of the solve.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>P_ij, computed in float64 from the potentials.</summary>
    /// <param name="source">i, 0-based.</param>
    /// <param name="target">j, 0-based.</param>
    public double PlanEntry(int source, int target)
    {
        double cost = Problem.Geometry.Cost(source, target);
        double exponent = (SourcePotentials[source] + TargetPotentials[target] - cost) / Problem.Epsilon;
        return double.IsNegativeInfinity(exponent) ? 0 : Reference(source, target) * Math.Exp(exponent);
    }

    /// <summary>Row i of the plan: where the mass of a source point goes. O(targets · width).</summary>
    /// <param name="source">i, 0-based.</param>
    public double[] PlanRow(int source)
    {
        var row = new double[Problem.Geometry.TargetCount];
        for (int j = 0; j < row.Length; j++)
            row[j] = PlanEntry(source, j);
        return row;
    }

    /// <summary>Column j of the plan: where the mass of a target point comes from. O(sources · width).</summary>
    /// <param name="target">j, 0-based.</param>
    public double[] PlanColumn(int target)
    {
        var column = new double[Problem.Geometry.SourceCount];
        for (int i = 0; i < column.Length; i++)
            column[i] = PlanEntry(i, target);
        return column;
    }

    /// <summary>The barycentric projection of a source point: the mean of the target points, weighted by row i of the plan.</summary>
    /// <param name="source">i, 0-based.</param>
    /// <returns>[width]; NaN where the point sends no mass.</returns>
    /// <exception cref="InvalidOperationException">The costs are a given matrix, so there are no points.</exception>
    public double[] BarycentricProjection(int source)
    {
        TransportPoints points = Problem.Geometry.Target
            ?? throw new InvalidOperationException("A barycentric projection needs target points; this problem has a given cost matrix. Make its geometry from points.");
        double[] row = PlanRow(source);
        var mean = new double[points.Width];
        var point = new double[points.Width];
        double mass = 0;
        for (int j = 0; j < row.Length; j++)
        {
            points.CopyPoint(j, point);
            for (int k = 0; k < mean.Length; k++)
                mean[k] += row[j] * point[k];
            mass += row[j];
        }

        for (int k = 0; k < mean.Length; k++)
            mean[k] /= mass;
        return mean;
    }

    private double Reference(int source, int target) => Problem.Reference == TransportReference.Ones
        ? 1
        : (Problem.SourceWeights?[source] ?? 1.0 / Problem.Geometry.SourceCount) * (Problem.TargetWeights?[target] ?? 1.0 / Problem.Geometry.TargetCount);
}
