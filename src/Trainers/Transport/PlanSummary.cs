namespace MLExtensions.Trainers.Transport;

/// <summary>
/// What a plan P_ij = R_ij e^(f_i + g_j − M_ij / ε) with known marginals r and c amounts to, all over ε:
/// objective Σ f r + Σ g c − mass + Σ R + ρ_s KL(r | a) + ρ_t KL(c | b); dual ρ_s Σ a (1 − e^(−f/ρ_s)) + ρ_t Σ b (1 − e^(−g/ρ_t)) − mass + Σ R;
/// their difference, term by term, ρ_s KL(r | a e^(−f/ρ_s)) + ρ_t KL(c | b e^(−g/ρ_t)).
/// </summary>
internal sealed class PlanSummary
{
    public PlanSummary(PassState state, MarginalSide rows, MarginalSide columns, double lambda)
    {
        RowPotentials = Array.ConvertAll(state.RowPotentials, f => f + lambda);
        ColumnPotentials = Array.ConvertAll(state.ColumnPotentials, g => g - lambda);
        RowMass = state.RowMass;
        ColumnMass = new double[columns.Count];
        for (int j = 0; j < ColumnMass.Length; j++)
            ColumnMass[j] = columns.Reference[j] * Math.Exp(state.ColumnPotentials[j] + state.LogColumnSums[j]);
        Mass = RowMass.Sum();
        double constant = (rows.Reference.Sum() * columns.Reference.Sum()) - Mass;
        Objective = Dual = constant;
        Add(rows, RowPotentials, RowMass);
        Add(columns, ColumnPotentials, ColumnMass);
    }

    public double[] RowPotentials { get; }

    public double[] ColumnPotentials { get; }

    public double[] RowMass { get; }

    public double[] ColumnMass { get; }

    public double Mass { get; }

    public double Objective { get; private set; }

    public double Dual { get; private set; }

    public double Gap { get; private set; }

    public double MarginalError { get; private set; }

    private void Add(MarginalSide side, double[] potentials, double[] mass)
    {
        double objective = 0, dual = 0, gap = 0;
        for (int i = 0; i < mass.Length; i++)
        {
            double weight = side.Weights[i];
            objective += potentials[i] * mass[i];
            if (side.IsHard)
            {
                dual += weight * potentials[i];
                gap += Math.Abs(potentials[i] * (mass[i] - weight));
                MarginalError = Math.Max(MarginalError, Math.Abs(mass[i] - weight));
            }
            else if (side.Rho > 0)
            {
                double wanted = side.Wanted(i, potentials[i]);
                objective += side.Rho * Divergence(mass[i], weight);
                dual -= side.Rho * weight * double.ExpM1(-potentials[i] / side.Rho);
                gap += side.Rho * Divergence(mass[i], wanted);
            }
        }

        Objective += objective;
        Dual += dual;
        Gap += gap;
    }

    /// <summary>x log(x / y) − x + y, exact to its last digits where x is near y.</summary>
    private static double Divergence(double x, double y)
    {
        if (x == 0)
            return y;
        double d = (x - y) / y;
        return Math.Abs(d) < 1e-4 ? y * d * d * (0.5 - (d / 6) + (d * d / 12)) : (x * Math.Log(x / y)) - x + y;
    }
}
