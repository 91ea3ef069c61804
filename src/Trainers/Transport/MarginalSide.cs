namespace MLExtensions.Trainers.Transport;

/// <summary>One side of a problem, without its points of mass 0. Potentials and ρ are over ε here.</summary>
internal sealed class MarginalSide
{
    /// <param name="weights">Mass of each point; null for equal shares of 1.</param>
    /// <param name="count">Number of points.</param>
    /// <param name="rho">ρ.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="reference">R's kind.</param>
    public MarginalSide(IReadOnlyList<double>? weights, int count, double rho, double epsilon, TransportReference reference)
    {
        TotalCount = count;
        if (weights is null)
        {
            Weights = new double[count];
            Array.Fill(Weights, 1.0 / count);
        }
        else
        {
            Weights = [.. weights.Where(weight => weight > 0)];
            if (Weights.Length < count)
                Index = [.. Enumerable.Range(0, count).Where(i => weights[i] > 0)];
        }

        Rho = rho / epsilon;
        Phi = double.IsPositiveInfinity(Rho) ? 1 : Rho / (Rho + 1);
        LogWeights = Array.ConvertAll(Weights, Math.Log);
        Ones = reference == TransportReference.Ones;
        Reference = Ones ? [.. Enumerable.Repeat(1.0, Weights.Length)] : Weights;
    }

    /// <summary>Number of points, those of mass 0 included.</summary>
    public int TotalCount { get; }

    /// <summary>The points that take part; null for all.</summary>
    public int[]? Index { get; }

    /// <summary>Masses above 0.</summary>
    public double[] Weights { get; }

    /// <summary>The side's factor of R.</summary>
    public double[] Reference { get; }

    /// <summary>ρ / ε.</summary>
    public double Rho { get; }

    /// <summary>ρ / (ρ + ε); 1 for infinite ρ.</summary>
    public double Phi { get; }

    public int Count => Weights.Length;

    public bool IsHard => double.IsPositiveInfinity(Rho);

    private double[] LogWeights { get; }

    private bool Ones { get; }

    public double LogReference(int i) => Ones ? 0 : LogWeights[i];

    /// <summary>The potential that is best for a point, given the logarithm of its kernel sum.</summary>
    public double Potential(int i, double logSum) => -Phi * (Ones ? logSum - LogWeights[i] : logSum);

    /// <summary>The mass that the potential asks for: a e^(−f / ρ).</summary>
    public double Wanted(int i, double potential) => IsHard ? Weights[i] : Weights[i] * Math.Exp(-potential / Rho);

    /// <summary>Σ a e^(−f / ρ).</summary>
    public double WantedMass(ReadOnlySpan<double> potentials)
    {
        if (IsHard)
            return Weights.Sum();
        double sum = 0;
        for (int i = 0; i < potentials.Length; i++)
            sum += Wanted(i, potentials[i]);
        return sum;
    }

    /// <summary>All points' values; <paramref name="absent"/> for those of mass 0.</summary>
    public double[] Expand(ReadOnlySpan<double> values, double absent)
    {
        if (Index is null)
            return values.ToArray();
        var all = new double[TotalCount];
        Array.Fill(all, absent);
        for (int i = 0; i < Index.Length; i++)
            all[Index[i]] = values[i];
        return all;
    }
}
