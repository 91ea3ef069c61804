namespace MLExtensions.Trainers.Transport;

/// <summary>
/// Gives M_ij / ε for tiles of rows, as numbers t_ij from which the exponent follows by cheap arithmetic:
/// −M_ij / ε = slope · t_ij + row_i + column_j, or = row_i + column_j − slope · sqrt(rowSquare_i + columnSquare_j − 2 t_ij) where <see cref="IsRoot"/>.
/// </summary>
internal abstract unsafe class TileSource<T> : IDisposable
    where T : unmanaged
{
    /// <summary>Columns are padded to whole vectors of float32.</summary>
    public const int Padding = 16;

    protected TileSource(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        PaddedColumns = (columns + Padding - 1) / Padding * Padding;
        ColumnTerm = new double[columns];
    }

    public int Rows { get; }

    public int Columns { get; }

    public int PaddedColumns { get; }

    public double Slope { get; protected init; }

    public bool IsRoot { get; protected init; }

    /// <summary>column_j.</summary>
    public double[] ColumnTerm { get; }

    /// <summary>columnSquare_j, padded; null without a root.</summary>
    public AlignedBuffer<T>? ColumnSquare { get; protected init; }

    /// <summary>An upper bound of the largest less the smallest M_ij / ε.</summary>
    public double Spread { get; protected set; }

    /// <summary>Values of scratch that <see cref="Fill"/> needs for a tile of so many rows.</summary>
    public abstract long ScratchLength(int rows);

    /// <summary>Fills a tile.</summary>
    /// <param name="first">First row.</param>
    /// <param name="rows">Number of rows; the tile and the scratch have room for the next multiple of four.</param>
    /// <param name="tile">[rows, stride]: t_ij; anything in padded columns that is finite.</param>
    /// <param name="stride">From row to row, at least <see cref="PaddedColumns"/>.</param>
    /// <param name="rowTerm">row_i.</param>
    /// <param name="rowSquare">rowSquare_i; left alone without a root.</param>
    /// <param name="scratch">Memory of the calling thread.</param>
    public abstract void Fill(int first, int rows, T* tile, long stride, double* rowTerm, double* rowSquare, double* scratch);

    public virtual void Dispose() => ColumnSquare?.Dispose();
}
