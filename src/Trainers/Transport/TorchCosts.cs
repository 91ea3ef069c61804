using System.Runtime.InteropServices;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Transport;

/// <summary>Tiles of M_ij / ε as torch tensors.</summary>
internal sealed class TorchCosts : IDisposable
{
    private readonly TransportCostKind _kind;
    private readonly Scalar _unit;
    private readonly Scalar _minusTwo = -2;
    private readonly Scalar _zero = 0;
    private readonly Tensor _rows;     // [rows, width], or the costs [rows, columns]
    private readonly Tensor? _columns; // [width, columns]
    private readonly Tensor? _rowSquares;    // [rows, 1]
    private readonly Tensor? _columnSquares; // [1, columns]

    public TorchCosts(TransportGeometry geometry, int[]? rowIndex, int[]? columnIndex, bool transposed, double epsilon, Device device, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        _kind = geometry.Kind;
        _unit = geometry.Scale / epsilon;
        if (_kind == TransportCostKind.Matrix)
        {
            double[] costs = geometry.SingleCosts.IsEmpty ? geometry.DoubleCosts.ToArray() : Array.ConvertAll(geometry.SingleCosts.ToArray(), cost => (double)cost);
            Tensor matrix = Upload(costs, device, type).reshape(geometry.SourceCount, geometry.TargetCount);
            matrix = Pick(Pick(transposed ? matrix.t() : matrix, rowIndex, 0, device), columnIndex, 1, device);
            _rows = matrix.mul(_unit).DetachFromDisposeScope();
            return;
        }

        TransportPoints rowPoints = (transposed ? geometry.Target : geometry.Source)!, columnPoints = (transposed ? geometry.Source : geometry.Target)!;
        double[] center = _kind == TransportCostKind.Cosine ? [] : PointRows.Mean(columnPoints);
        (Tensor rows, Tensor rowSquares) = Points(rowPoints, rowIndex, center, device, type);
        (Tensor columns, Tensor columnSquares) = Points(columnPoints, columnIndex, center, device, type);
        _rows = rows.DetachFromDisposeScope();
        _columns = columns.t().DetachFromDisposeScope();
        _rowSquares = rowSquares.DetachFromDisposeScope();
        _columnSquares = columnSquares.t().DetachFromDisposeScope();
    }

    /// <summary>[count, columns], in the current dispose scope.</summary>
    public Tensor Tile(int first, int count)
    {
        Tensor rows = _rows.narrow(0, first, count);
        if (_columns is null)
            return rows;
        Tensor squares = rows.mm(_columns).mul_(_minusTwo).add_(_rowSquares!.narrow(0, first, count)).add_(_columnSquares!);
        return _kind switch
        {
            TransportCostKind.Cosine => squares.mul_(_unit).div_(_minusTwo).neg_(), // ‖x − y‖² = 2 − 2 cos
            TransportCostKind.SquaredEuclidean => squares.mul_(_unit),
            _ => squares.clamp_min_(_zero).sqrt_().mul_(_unit),
        };
    }

    public void Dispose()
    {
        _rows.Dispose();
        _columns?.Dispose();
        _rowSquares?.Dispose();
        _columnSquares?.Dispose();
        _unit.Dispose();
        _minusTwo.Dispose();
        _zero.Dispose();
    }

    /// <summary>A one-dimensional tensor of float64 values, rounded to the type.</summary>
    public static Tensor Upload(double[] values, Device device, ScalarType type)
    {
        if (type == float32)
            return HostTensor.Create<float>(Array.ConvertAll(values, value => (float)value), device);
        Tensor onCpu = empty(values.Length, float64);
        values.CopyTo(MemoryMarshal.Cast<byte, double>(onCpu.bytes));
        return onCpu.to(device);
    }

    private unsafe (Tensor Points, Tensor Squares) Points(TransportPoints points, int[]? index, double[] center, Device device, ScalarType type)
    {
        int count = index?.Length ?? points.Count;
        var values = new double[(long)count * points.Width];
        fixed (double* to = values)
            for (int i = 0; i < count; i++)
                PointRows.Convert(points, index is null ? i : index[i], _kind, center, to + ((long)i * points.Width));
        Tensor tensor = Upload(values, device, type).reshape(count, points.Width);
        return (tensor, tensor.mul(tensor).sum(1, keepdim: true));
    }

    private static Tensor Pick(Tensor matrix, int[]? index, int dimension, Device device) => index is null
        ? matrix
        : matrix.index_select(dimension, HostTensor.Create<long>(Array.ConvertAll(index, i => (long)i), device));
}
