using System.Runtime.CompilerServices;

namespace MLExtensions.Trainers.Transport;

/// <summary>Tiles of a given cost matrix.</summary>
internal sealed unsafe class MatrixTiles<T> : TileSource<T>
    where T : unmanaged
{
    private readonly TransportGeometry _geometry;
    private readonly int[]? _rowIndex;
    private readonly int[]? _columnIndex;
    private readonly bool _transposed;
    private readonly int _width;

    /// <param name="geometry">With a matrix.</param>
    /// <param name="rowIndex">The points behind the rows; null for all.</param>
    /// <param name="columnIndex">The points behind the columns; null for all.</param>
    /// <param name="transposed">Whether rows are target points.</param>
    /// <param name="epsilon">ε.</param>
    public MatrixTiles(TransportGeometry geometry, int[]? rowIndex, int[]? columnIndex, bool transposed, double epsilon)
        : base(rowIndex?.Length ?? (transposed ? geometry.TargetCount : geometry.SourceCount),
            columnIndex?.Length ?? (transposed ? geometry.SourceCount : geometry.TargetCount))
    {
        (_geometry, _rowIndex, _columnIndex, _transposed, _width) = (geometry, rowIndex, columnIndex, transposed, geometry.TargetCount);
        Slope = -1 / epsilon;
        var (low, high) = geometry.SingleCosts.IsEmpty ? Range(geometry.DoubleCosts.Span) : Range(geometry.SingleCosts.Span);
        Spread = (high - low) / epsilon;
    }

    public override long ScratchLength(int rows) => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Fill(int first, int rows, T* tile, long stride, double* rowTerm, double* rowSquare, double* scratch)
    {
        ReadOnlySpan<float> singles = _geometry.SingleCosts.Span;
        ReadOnlySpan<double> doubles = _geometry.DoubleCosts.Span;
        for (int r = 0; r < rows; r++)
        {
            rowTerm[r] = 0;
            T* to = tile + (r * stride);
            int row = _rowIndex is null ? first + r : _rowIndex[first + r];
            for (int j = 0; j < Columns; j++)
            {
                int column = _columnIndex is null ? j : _columnIndex[j];
                int at = _transposed ? (column * _width) + row : (row * _width) + column;
                to[j] = Lanes.FromDouble<T>(singles.IsEmpty ? doubles[at] : singles[at]);
            }

            new Span<T>(to + Columns, PaddedColumns - Columns).Clear();
        }
    }

    private static (double Low, double High) Range<TCost>(ReadOnlySpan<TCost> costs)
        where TCost : struct, System.Numerics.INumber<TCost> =>
        (double.CreateChecked(System.Numerics.Tensors.TensorPrimitives.Min(costs)), double.CreateChecked(System.Numerics.Tensors.TensorPrimitives.Max(costs)));
}
