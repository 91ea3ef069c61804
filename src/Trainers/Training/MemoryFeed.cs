using System.Runtime.InteropServices;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>Rows held in tensors on the net's device; an epoch is a permutation, a batch one gather.</summary>
internal sealed class MemoryFeed : IRowFeed
{
    private readonly Tensor _features; // [rows, width], float32 and standardised, or uint8
    private readonly Standardization? _later; // of the rows of a batch, where they are bytes
    private readonly Tensor _targets;  // [rows]
    private readonly Tensor? _weights; // [rows]
    private readonly Device _device;
    private readonly int _rows;
    private Tensor? _order;            // [rows], int64; null for the rows' own order
    private int _at;

    /// <summary>Takes the rows over; the table gives its memory up.</summary>
    public MemoryFeed(RowTable table, Standardization? standardization, bool classIndices, bool weighted, Device device)
    {
        _rows = table.Rows;
        _device = device;
        using DisposeScope scope = NewDisposeScope();
        Tensor features = table.MoveFeaturesToTensor().to(device);
        if (features.dtype == uint8)
            _later = standardization;
        else
            standardization?.ApplyTo(features);
        _features = features.DetachFromDisposeScope();
        _targets = (classIndices
            ? HostTensor.Create<long>(Array.ConvertAll(table.Targets.ToArray(), target => (long)target), device)
            : HostTensor.Create(table.Targets, device)).DetachFromDisposeScope();
        _weights = weighted ? HostTensor.Create<float>(table.Weights, device).DetachFromDisposeScope() : null;
    }

    public long Rows => _rows;

    public void BeginEpoch(long? seed, int epoch, bool goesOn = false)
    {
        _at = 0;
        _order?.Dispose();
        _order = null;
        if (seed is null)
            return;
        using Tensor shuffled = empty(_rows, int64);
        Span<long> order = MemoryMarshal.Cast<byte, long>(shuffled.bytes); // an array of this size would be garbage of the large-object heap in every epoch
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        SeededRandom.Derive(seed.Value, (long)RandomPurpose.Shuffling, epoch).Shuffle(order);
        _order = shuffled.to(_device).DetachFromDisposeScope();
    }

    public Batch? Next(int batchSize)
    {
        int left = _rows - _at;
        if (left <= 0)
            return null;
        int size = left - batchSize == 1 ? left : Math.Min(batchSize, left);
        int from = _at;
        _at += size;
        if (_order is null)
            return new Batch(Numbers(_features.narrow(0, from, size)), _targets.narrow(0, from, size), _weights?.narrow(0, from, size));
        using Tensor index = _order.narrow(0, from, size);
        return new Batch(Numbers(_features.index_select(0, index)), _targets.index_select(0, index), _weights?.index_select(0, index));
    }

    // Bytes as standardised numbers; others as they are.
    private Tensor Numbers(Tensor rows)
    {
        if (rows.dtype != uint8)
            return rows;
        Tensor numbers = rows.to(float32);
        rows.Dispose();
        _later?.ApplyTo(numbers);
        return numbers;
    }

    public void Dispose()
    {
        _features.Dispose();
        _targets.Dispose();
        _weights?.Dispose();
        _order?.Dispose();
    }
}
