using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Transport;

/// <summary>Tiles of scalar products between points, the columns' points packed in panels as the product takes them.</summary>
internal sealed unsafe class PointTiles<TPoint, T> : TileSource<T>
    where TPoint : unmanaged
    where T : unmanaged
{
    private readonly TransportCostKind _kind;
    private readonly TransportPoints _rowPoints;
    private readonly int[]? _rowIndex;
    private readonly int _width;
    private readonly double[] _center;
    private readonly double _rowTerm;
    private readonly AlignedBuffer<TPoint> _panels; // panel by panel: [width, columns of the panel]

    /// <param name="geometry">With points.</param>
    /// <param name="rowIndex">The points behind the rows; null for all.</param>
    /// <param name="columnIndex">The points behind the columns; null for all.</param>
    /// <param name="transposed">Whether rows are target points.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="workers">Packs.</param>
    public PointTiles(TransportGeometry geometry, int[]? rowIndex, int[]? columnIndex, bool transposed, double epsilon, RowWorkers workers)
        : base(rowIndex?.Length ?? (transposed ? geometry.TargetCount : geometry.SourceCount),
            columnIndex?.Length ?? (transposed ? geometry.SourceCount : geometry.TargetCount))
    {
        _kind = geometry.Kind;
        _rowPoints = (transposed ? geometry.Target : geometry.Source)!;
        TransportPoints columnPoints = (transposed ? geometry.Source : geometry.Target)!;
        _rowIndex = rowIndex;
        _width = columnPoints.Width;
        _center = _kind == TransportCostKind.Cosine ? [] : PointRows.Mean(columnPoints);
        double unit = geometry.Scale / epsilon;
        IsRoot = _kind == TransportCostKind.Euclidean;
        Slope = _kind == TransportCostKind.SquaredEuclidean ? 2 * unit : unit;
        _rowTerm = _kind switch { TransportCostKind.Cosine => -unit, TransportCostKind.SquaredEuclidean => -unit, _ => 0 };

        _panels = new AlignedBuffer<TPoint>((long)PaddedColumns * _width);
        var squares = new double[Columns];
        int panel = ProductKernel.PanelVectors * Vector512<TPoint>.Count;
        int panels = (PaddedColumns + panel - 1) / panel;
        workers.Run(panels, p => Pack(columnPoints, columnIndex, p * panel, squares));

        if (IsRoot)
        {
            ColumnSquare = new AlignedBuffer<T>(PaddedColumns);
            ColumnSquare.Clear();
            Lanes.Fill(ColumnSquare.Pointer, squares);
        }
        else if (_kind == TransportCostKind.SquaredEuclidean)
        {
            for (int j = 0; j < Columns; j++)
                ColumnTerm[j] = -unit * squares[j];
        }

        Spread = _kind == TransportCostKind.Cosine ? 2 * unit : DistanceSpread(unit, squares.Max(), workers);
    }

    public override long ScratchLength(int rows) => ((Padded(rows) * (long)_width * sizeof(TPoint)) / sizeof(double)) + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Fill(int first, int rows, T* tile, long stride, double* rowTerm, double* rowSquare, double* scratch)
    {
        var x = (TPoint*)scratch;
        int padded = (int)Padded(rows);
        for (int r = 0; r < rows; r++)
        {
            double square = PointRows.Convert(_rowPoints, _rowIndex is null ? first + r : _rowIndex[first + r], _kind, _center, x + ((long)r * _width));
            if (IsRoot)
                rowSquare[r] = square;
            rowTerm[r] = _kind == TransportCostKind.SquaredEuclidean ? _rowTerm * square : _rowTerm;
        }

        new Span<TPoint>(x + ((long)rows * _width), (padded - rows) * _width).Clear();
        int lanes = Vector512<TPoint>.Count, panel = ProductKernel.PanelVectors * lanes;
        for (int column = 0; column < PaddedColumns; column += panel)
        {
            int width = Math.Min(panel, PaddedColumns - column);
            TPoint* w = _panels.Pointer + ((long)column * _width);
            for (int k = 0; k < _width; k += ProductKernel.Run, w += (long)ProductKernel.Run * width)
            {
                int count = Math.Min(ProductKernel.Run, _width - k);
                for (int r = 0; r < padded; r += ProductKernel.Rows)
                {
                    TPoint* xr = x + ((long)r * _width) + k;
                    T* to = tile + (r * stride) + column;
                    if (width == panel && Vector512.IsHardwareAccelerated) // else sixteen sums of two registers each would not fit
                        ProductKernel.Panel4(xr, _width, w, count, to, stride, k > 0);
                    else
                        for (int at = 0; at < width; at += lanes)
                            ProductKernel.Panel1(xr, _width, w + at, width, count, to + at, stride, k > 0);
                }
            }
        }
    }

    public override void Dispose()
    {
        _panels.Dispose();
        base.Dispose();
    }

    private static long Padded(int rows) => (rows + ProductKernel.Rows - 1) / ProductKernel.Rows * ProductKernel.Rows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(TransportPoints points, int[]? index, int column, double[] squares)
    {
        int width = Math.Min(ProductKernel.PanelVectors * Vector512<TPoint>.Count, PaddedColumns - column);
        TPoint* panel = _panels.Pointer + ((long)column * _width);
        using var row = new AlignedBuffer<TPoint>(_width);
        TPoint* from = row.Pointer;
        for (int c = 0; c < width; c++)
        {
            if (column + c < Columns)
                squares[column + c] = PointRows.Convert(points, index is null ? column + c : index[column + c], _kind, _center, from);
            else
                row.Clear();
            TPoint* to = panel + c;
            for (int k = 0; k < _width; k++, to += width)
                *to = from[k];
        }
    }

    /// <summary>No distance is above the sum of the largest distances from the centre.</summary>
    private double DistanceSpread(double unit, double columnSquare, RowWorkers workers)
    {
        int pieces = Math.Min(16, Rows);
        var largest = new double[pieces];
        workers.Run(pieces, piece =>
        {
            using var row = new AlignedBuffer<TPoint>(_width);
            int end = (int)((long)Rows * (piece + 1) / pieces);
            for (int i = (int)((long)Rows * piece / pieces); i < end; i++)
                largest[piece] = Math.Max(largest[piece], PointRows.Convert(_rowPoints, _rowIndex is null ? i : _rowIndex[i], _kind, _center, row.Pointer));
        });
        double distance = Math.Sqrt(largest.Max()) + Math.Sqrt(columnSquare);
        return unit * (IsRoot ? distance : distance * distance);
    }
}
