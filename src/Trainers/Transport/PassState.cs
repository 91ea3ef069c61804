namespace MLExtensions.Trainers.Transport;

/// <summary>What a pass over all pairs takes and gives. Potentials are over ε.</summary>
internal sealed class PassState(int rows, int columns)
{
    /// <summary>g: what the pass starts from.</summary>
    public double[] ColumnPotentials { get; set; } = new double[columns];

    /// <summary>f: best for this g.</summary>
    public double[] RowPotentials { get; } = new double[rows];

    /// <summary>Mass of each row of the plan of (f, g).</summary>
    public double[] RowMass { get; } = new double[rows];

    /// <summary>log Σ_i R_i e^(f_i − M_ij / ε), R_i being the rows' factor of the reference.</summary>
    public double[] LogColumnSums { get; } = new double[columns];
}
