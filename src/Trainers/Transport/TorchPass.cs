using System.Runtime.InteropServices;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Transport;

/// <summary>Passes as torch tensors on any device, a tile of rows at a time, always in the log domain: the plain form of the mathematics, for a GPU.</summary>
internal sealed class TorchPass : TransportPass
{
    private const long TilePairs = 32L << 20;
    private readonly MarginalSide _rows;
    private readonly MarginalSide _columns;
    private readonly CancellationToken _cancellation;
    private readonly TorchCosts _costs;
    private readonly Tensor _logRowReference;    // [rows]
    private readonly Tensor _logColumnReference; // [columns]
    private readonly Tensor _rowWeightTerm;      // [rows]: log a where the reference is ones
    private readonly Device _device;
    private readonly ScalarType _type;
    private readonly int _tileRows;

    public TorchPass(
        TransportGeometry geometry, MarginalSide rows, MarginalSide columns, bool transposed, double epsilon, Device device, ScalarType type, CancellationToken cancellation)
    {
        (_rows, _columns, _device, _type, _cancellation) = (rows, columns, device, type, cancellation);
        _tileRows = (int)Math.Clamp(TilePairs / columns.Count, 1, rows.Count);
        using DisposeScope scope = NewDisposeScope();
        _costs = new TorchCosts(geometry, rows.Index, columns.Index, transposed, epsilon, device, type);
        _logRowReference = Upload([.. Enumerable.Range(0, rows.Count).Select(rows.LogReference)]).DetachFromDisposeScope();
        _logColumnReference = Upload([.. Enumerable.Range(0, columns.Count).Select(columns.LogReference)]).DetachFromDisposeScope();
        _rowWeightTerm = Upload([.. Enumerable.Range(0, rows.Count).Select(i => -rows.Potential(i, 0) / Math.Max(rows.Phi, double.Epsilon))]).DetachFromDisposeScope();
    }

    public override double Spread => 0; // not known, and not needed: see RoundOff

    public override double RoundOff => _type == float32 ? 1e-5 : 1e-13;

    public override bool NeedsLogDomain => true;

    public override void Run(PassState state)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar minusPhi = -_rows.Phi;
        Tensor columnTerm = Upload(state.ColumnPotentials).add_(_logColumnReference), columnSums = null!;
        for (int first = 0; first < _rows.Count; first += _tileRows)
        {
            _cancellation.ThrowIfCancellationRequested();
            using DisposeScope tileScope = NewDisposeScope();
            int count = Math.Min(_tileRows, _rows.Count - first);
            Tensor costs = _costs.Tile(first, count);                                          // [count, columns]
            Tensor rowSums = columnTerm.sub(costs).logsumexp(1);                               // [count]
            Tensor potentials = rowSums.add(_rowWeightTerm.narrow(0, first, count)).mul(minusPhi);
            Tensor sums = potentials.add(_logRowReference.narrow(0, first, count)).unsqueeze(1).sub(costs).logsumexp(0); // [columns]
            Tensor total = (first == 0 ? sums : logaddexp(columnSums, sums)).MoveToOuterDisposeScope();
            if (first > 0)
                columnSums.Dispose();
            columnSums = total;
            Download(potentials, state.RowPotentials.AsSpan(first, count));
            Download(rowSums.add(potentials).add(_logRowReference.narrow(0, first, count)).exp(), state.RowMass.AsSpan(first, count));
        }

        Download(columnSums, state.LogColumnSums);
        LogPasses++;
    }

    public override void Dispose()
    {
        _costs.Dispose();
        _logRowReference.Dispose();
        _logColumnReference.Dispose();
        _rowWeightTerm.Dispose();
    }

    private Tensor Upload(double[] values) => TorchCosts.Upload(values, _device, _type);

    private static void Download(Tensor from, Span<double> to) => MemoryMarshal.Cast<byte, double>(from.to(float64).cpu().bytes).CopyTo(to);
}
