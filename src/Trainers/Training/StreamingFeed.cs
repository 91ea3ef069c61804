using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>
/// Reads the rows anew every epoch, through a shuffle buffer: a random row of the buffer is taken, the next row of the stream takes its place.
/// So data larger than memory trains, in an order that is random within a window. As the last rows of an epoch leave the buffer, the first rows of the next epoch come in:
/// after the first, no epoch begins by waiting for its buffer.
/// </summary>
internal sealed class StreamingFeed : IRowFeed
{
    private const long LargestBuffer = 1 << 29; // bytes

    private readonly Func<IRowStream> _open;
    private readonly int _width;
    private readonly int _capacity;
    private readonly bool _classIndices;
    private readonly bool _weighted;
    private readonly Device _device;
    private readonly float[] _features;
    private readonly float[] _targets;
    private readonly float[] _weights;
    private readonly int[] _slots; // places in the buffer: of the rows held, free ones, and of the rows of the next epoch, the first of them last
    private float[] _batchFeatures = [];
    private float[] _batchTargets = [];
    private float[] _batchWeights = [];
    private RowsAhead? _reader;
    private SeededRandom? _random;
    private int _held;
    private int _nextHeld;
    private bool _ended;
    private bool _nextEnded;
    private bool _goesOn;

    /// <summary>Makes the feed.</summary>
    /// <param name="open">Opens a pass over the rows, always in the same order.</param>
    /// <param name="rows">Rows of a pass.</param>
    /// <param name="width">Features per row.</param>
    /// <param name="capacity">Rows that the shuffle buffer holds.</param>
    /// <param name="classIndices">Whether targets are classes.</param>
    /// <param name="weighted">Whether rows have weights.</param>
    /// <param name="device">Where batches go.</param>
    public StreamingFeed(Func<IRowStream> open, long rows, int width, int capacity, bool classIndices, bool weighted, Device device)
    {
        _open = open;
        Rows = rows;
        _width = width;
        _capacity = (int)Math.Clamp(LargestBuffer / (sizeof(float) * (long)width), 2, Math.Max(2, Math.Min(capacity, rows + 1)));
        _classIndices = classIndices;
        _weighted = weighted;
        _device = device;
        _features = new float[checked(_capacity * width)];
        _targets = new float[_capacity];
        _weights = new float[_capacity];
        _slots = [.. Enumerable.Range(0, _capacity)];
    }

    public long Rows { get; }

    public void BeginEpoch(long? seed, int epoch, bool goesOn = false)
    {
        if (_reader is null || _held > 0 || !_ended)
            Restart(); // the first epoch, or the one before was broken off
        if (!_goesOn)
            _reader!.Want();
        Array.Reverse(_slots);
        (_held, _ended, _nextHeld, _nextEnded, _goesOn) = (_nextHeld, _nextEnded, 0, false, goesOn);
        if (goesOn)
            _reader!.Want();
        _random = seed is null ? null : SeededRandom.Derive(seed.Value, (long)RandomPurpose.Shuffling, epoch);
        while (!_ended && _held < _capacity)
            if (ReadInto(_slots[_held]))
                _held++;
            else
                _ended = true;
    }

    public Batch? Next(int batchSize)
    {
        if (_held == 0)
            return null;
        int size = _ended && _held - batchSize == 1 ? _held : batchSize;
        Reserve(batchSize + 1);
        int count = 0;
        for (; count < size && _held > 0; count++)
        {
            int pick = _random?.NextInt(_held) ?? 0;
            int slot = _slots[pick];
            _features.AsSpan(slot * _width, _width).CopyTo(_batchFeatures.AsSpan(count * _width));
            _batchTargets[count] = _targets[slot];
            _batchWeights[count] = _weights[slot];
            Replace(pick);
            if (_ended && _held == 1 && count + 1 == size)
                size++; // a single last row joins this batch
        }

        Span<float> targets = _batchTargets.AsSpan(0, count);
        return new Batch(
            HostTensor.Create<float>(_batchFeatures.AsSpan(0, count * _width), _device).reshape(count, _width),
            _classIndices
                ? HostTensor.Create<long>(Array.ConvertAll(targets.ToArray(), target => (long)target), _device)
                : HostTensor.Create<float>(targets, _device),
            _weighted ? HostTensor.Create<float>(_batchWeights.AsSpan(0, count), _device) : null);
    }

    public void Dispose() => _reader?.Dispose();

    // Kept from batch to batch: fresh arrays would be garbage of the large-object heap in every step.
    private void Reserve(int rows)
    {
        if (_batchTargets.Length >= rows)
            return;
        _batchFeatures = new float[checked(rows * _width)];
        _batchTargets = new float[rows];
        _batchWeights = new float[rows];
    }

    private void Restart()
    {
        _reader?.Dispose();
        _reader = new RowsAhead(_open, _width);
        (_nextHeld, _nextEnded, _goesOn) = (0, false, false);
    }

    // With an order of chance the place is filled by the next row, or by the last one held; without, rows move up.
    private void Replace(int pick)
    {
        int slot = _slots[pick];
        bool filled = !_ended && ReadInto(slot);
        _ended |= !filled;
        int last = _held - 1;
        if (_random is null)
        {
            Array.Copy(_slots, pick + 1, _slots, pick, last - pick);
            _slots[last] = slot;
        }
        else if (!filled)
            (_slots[pick], _slots[last]) = (_slots[last], slot);

        if (filled)
            return;
        _held--;
        if (!_goesOn || _nextEnded)
            return;
        if (ReadInto(_slots[_capacity - 1 - _nextHeld]))
            _nextHeld++;
        else
            _nextEnded = true;
    }

    private bool ReadInto(int slot) => _reader!.Read(_features.AsSpan(slot * _width, _width), out _targets[slot], out _weights[slot]);
}
