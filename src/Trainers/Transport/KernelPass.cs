using System.Runtime.CompilerServices;

namespace MLExtensions.Trainers.Transport;

/// <summary>
/// One iteration in one pass over the kernel K_ij = e^(F_i + G_j − M_ij / ε): row i's sum gives f_i, and while the row is in the cache its share is added to the
/// column sums. F and G are earlier potentials, so that K is near the plan and does not underflow where the plan does not. K is kept, or computed a tile at a time.
/// </summary>
internal sealed unsafe class KernelPass<T> : IDisposable
    where T : unmanaged
{
    private const int FlushRows = 64; // rows whose column sums are taken in T
    private readonly TileSource<T> _source;
    private readonly MarginalSide _rows;
    private readonly MarginalSide _columns;
    private readonly RowChunks<T> _chunks;
    private readonly int _keepFrom;
    private readonly AlignedBuffer<T> _columnTerms;
    private readonly AlignedBuffer<T> _columnFactors;
    private readonly double[] _rowAbsorbed;
    private readonly double[] _columnAbsorbed;
    private AlignedBuffer<T>? _kernel;
    private bool _isBuilt;
    private bool _keep;
    private int _passes;
    private volatile bool _isOutOfRange;

    /// <param name="source">The costs.</param>
    /// <param name="rows">The rows' side.</param>
    /// <param name="columns">The columns' side.</param>
    /// <param name="chunks">Which rows a thread takes.</param>
    /// <param name="keepFrom">From which pass on the kernel is kept, 0 for the first.</param>
    public KernelPass(TileSource<T> source, MarginalSide rows, MarginalSide columns, RowChunks<T> chunks, int keepFrom)
    {
        (_source, _rows, _columns, _chunks, _keepFrom) = (source, rows, columns, chunks, keepFrom);
        _columnTerms = new AlignedBuffer<T>(source.PaddedColumns);
        _columnFactors = new AlignedBuffer<T>(source.PaddedColumns);
        _rowAbsorbed = new double[source.Rows];
        _columnAbsorbed = new double[source.Columns];
    }

    /// <summary>Times that the kernel was built.</summary>
    public int Builds { get; private set; }

    /// <summary>Whether the next pass keeps the kernel.</summary>
    public bool Keeps => _passes >= _keepFrom;

    /// <summary>Sums and factors beyond this (or below its inverse) are not trusted.</summary>
    private static double Range => typeof(T) == typeof(float) ? 1e30 : 1e280;

    /// <summary>How far potentials may move from the absorbed ones before entries that underflowed could matter.</summary>
    public static double Reach => typeof(T) == typeof(float) ? 25 : 250;

    /// <summary>Takes over potentials: the next pass builds the kernel around them.</summary>
    public void Absorb(ReadOnlySpan<double> rowPotentials, ReadOnlySpan<double> columnPotentials)
    {
        rowPotentials.CopyTo(_rowAbsorbed);
        columnPotentials.CopyTo(_columnAbsorbed);
        _isBuilt = false;
    }

    /// <summary>The largest distance of potentials from the absorbed ones.</summary>
    public double Drift(PassState state) =>
        Math.Max(Distance(state.RowPotentials, _rowAbsorbed), Distance(state.ColumnPotentials, _columnAbsorbed));

    /// <summary>Runs a pass.</summary>
    /// <returns>False when numbers left their range: the state is then no use, and a pass in the log domain has to take its place.</returns>
    public bool Run(PassState state)
    {
        for (int j = 0; j < _source.Columns; j++)
        {
            double factor = _columns.Reference[j] * Math.Exp(state.ColumnPotentials[j] - _columnAbsorbed[j]);
            if (!(factor < Range))
                return false;
            _columnFactors.Pointer[j] = Lanes.FromDouble<T>(factor);
            _columnTerms.Pointer[j] = Lanes.FromDouble<T>(_source.ColumnTerm[j] + _columnAbsorbed[j]);
        }

        for (int j = _source.Columns; j < _source.PaddedColumns; j++)
        {
            _columnFactors.Pointer[j] = default;
            _columnTerms.Pointer[j] = Lanes.FromDouble<T>(LogPass<T>.Nothing);
        }

        _keep = Keeps;
        _passes++;
        if (_keep)
            _kernel ??= new AlignedBuffer<T>((long)((_source.Rows + 3) / 4) * 4 * _source.PaddedColumns);
        _isOutOfRange = false;
        _chunks.Run((chunk, scratch) => RunChunk(chunk, scratch, state));
        if (_isOutOfRange)
            return false;
        if (_keep && !_isBuilt)
            Builds++;
        _isBuilt = _keep;
        return AddUp(state);
    }

    public void Dispose()
    {
        _kernel?.Dispose();
        _columnTerms.Dispose();
        _columnFactors.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunChunk(int chunk, PassScratch<T> scratch, PassState state)
    {
        int stride = _source.PaddedColumns, end = _chunks.First(chunk + 1), pending = 0;
        int step = _isBuilt ? ProductKernel.Rows : _chunks.TileRows;
        double* totals = _chunks.Totals.Pointer + ((long)chunk * stride);
        new Span<double>(totals, stride).Clear();
        bool direct = typeof(T) == typeof(double);
        T* sums = direct ? (T*)totals : scratch.Sums.Pointer;
        new Span<T>(sums, stride).Clear();
        double* perRow = scratch.PerRow.Pointer, rowSums = perRow + (2 * _chunks.TileRows), factors = rowSums + _chunks.TileRows;
        for (int first = _chunks.First(chunk); first < end && !_isOutOfRange && !_chunks.IsCancelled; first += step)
        {
            int rows = Math.Min(step, end - first);
            T* tile = _keep ? _kernel!.Pointer + ((long)first * stride) : scratch.Tile;
            if (_isBuilt)
                Sweeps.Dot4(tile, stride, stride, _columnFactors.Pointer, rowSums);
            else
                Build(first, rows, tile, scratch, rowSums);
            for (int r = 0; r < rows; r++)
                factors[r] = Update(first + r, rowSums[r], state);
            for (int r = rows; r % ProductKernel.Rows != 0; r++)
                factors[r] = 0;
            for (int r = 0; r < rows; r += ProductKernel.Rows)
                Sweeps.Accumulate4(tile + ((long)r * stride), stride, stride, factors + r, sums);
            pending += rows;
            if (!direct && (pending >= FlushRows || first + step >= end))
            {
                Sweeps.Flush(sums, stride, totals);
                pending = 0;
            }
        }
    }

    private void Build(int first, int rows, T* tile, PassScratch<T> scratch, double* rowSums)
    {
        int stride = _source.PaddedColumns;
        double* terms = scratch.PerRow.Pointer, squares = terms + _chunks.TileRows;
        _source.Fill(first, rows, tile, stride, terms, squares, scratch.Source.Pointer);
        for (int r = 0; r < rows; r++)
        {
            var exponent = new RowExponent<T>(_source, _columnTerms.Pointer, terms[r] + _rowAbsorbed[first + r], squares[r]);
            rowSums[r] = Sweeps.Kernel(tile + ((long)r * stride), stride, exponent, _columnFactors.Pointer);
        }

        for (int r = rows; r % ProductKernel.Rows != 0; r++)
            new Span<T>(tile + ((long)r * stride), stride).Clear();
    }

    /// <summary>Sets a row's potential; returns the factor that makes its kernel row the plan's, but for the columns' factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Update(int row, double sum, PassState state)
    {
        double potential = _rows.Potential(row, Math.Log(sum) - _rowAbsorbed[row]);
        double factor = _rows.Reference[row] * Math.Exp(potential - _rowAbsorbed[row]);
        if (!(sum > 1 / Range && sum < Range && factor < Range))
            _isOutOfRange = true;
        state.RowPotentials[row] = potential;
        state.RowMass[row] = factor * sum;
        return factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool AddUp(PassState state)
    {
        for (int j = 0; j < _source.Columns; j++)
        {
            double sum = 0;
            for (int chunk = 0; chunk < _chunks.Count; chunk++)
                sum += _chunks.Totals.Pointer[((long)chunk * _source.PaddedColumns) + j];
            if (!(sum > 1 / Range && sum < Range))
                return false;
            state.LogColumnSums[j] = Math.Log(sum) - _columnAbsorbed[j];
        }

        return true;
    }

    private static double Distance(double[] x, double[] y)
    {
        double distance = 0;
        for (int i = 0; i < x.Length; i++)
            distance = Math.Max(distance, Math.Abs(x[i] - y[i]));
        return distance;
    }
}
