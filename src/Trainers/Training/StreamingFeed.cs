using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>
/// Reads the rows anew every epoch, through a shuffle buffer: a random row of the buffer is taken, the next row of the stream takes its place.
/// So data larger than memory trains, in an order that is random within a window.
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
    private float[] _batchFeatures = [];
    private float[] _batchTargets = [];
    private float[] _batchWeights = [];
    private IRowStream? _stream;
    private SeededRandom? _random;
    private int _held;
    private bool _ended;

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
    }

    public long Rows { get; }

    public void BeginEpoch(long? seed, int epoch)
    {
        _stream?.Dispose();
        _stream = _open();
        _random = seed is null ? null : SeededRandom.Derive(seed.Value, (long)RandomPurpose.Shuffling, epoch);
        _held = 0;
        _ended = false;
        while (_held < _capacity && ReadInto(_held))
            _held++;
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
            _features.AsSpan(pick * _width, _width).CopyTo(_batchFeatures.AsSpan(count * _width));
            _batchTargets[count] = _targets[pick];
            _batchWeights[count] = _weights[pick];
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

    public void Dispose() => _stream?.Dispose();

    // Kept from batch to batch: fresh arrays would be garbage of the large-object heap in every step.
    private void Reserve(int rows)
    {
        if (_batchTargets.Length >= rows)
            return;
        _batchFeatures = new float[checked(rows * _width)];
        _batchTargets = new float[rows];
        _batchWeights = new float[rows];
    }

    // With an order of chance the place is filled by the next row, or by the last one held; without, rows move up.
    private void Replace(int pick)
    {
        if (_random is not null)
        {
            if (!_ended && ReadInto(pick))
                return;
            int last = --_held;
            CopyRow(last, pick);
            return;
        }

        for (int i = pick; i < _held - 1; i++)
            CopyRow(i + 1, i);
        _held--;
        if (!_ended && ReadInto(_held))
            _held++;
    }

    private void CopyRow(int from, int to)
    {
        _features.AsSpan(from * _width, _width).CopyTo(_features.AsSpan(to * _width));
        _targets[to] = _targets[from];
        _weights[to] = _weights[from];
    }

    private bool ReadInto(int row)
    {
        if (_stream!.Read(_features.AsSpan(row * _width, _width), out _targets[row], out _weights[row]))
            return true;
        _ended = true;
        return false;
    }
}
