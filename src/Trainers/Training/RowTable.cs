using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLExtensions.Trainers.Training;

/// <summary>Rows in managed memory, in pieces, so that growing never copies what is there.</summary>
/// <param name="width">Features per row.</param>
/// <param name="asBytes">Whether features are kept as bytes for as long as all of them are whole numbers from 0 to 255, as pixels are.</param>
internal sealed class RowTable(int width, bool asBytes = false)
{
    private readonly List<float[]> _chunks = [];
    private readonly List<byte[]> _byteChunks = [];
    private readonly int _rowsPerChunk = Math.Max(1, (1 << 20) / Math.Max(1, width)); // 4 MB, or 1 MB of bytes
    private readonly List<float> _targets = [];
    private readonly List<float> _weights = [];

    /// <summary>Features per row.</summary>
    public int Width => width;

    /// <summary>Number of rows.</summary>
    public int Rows => _targets.Count;

    /// <summary>Memory that the features take.</summary>
    public long Bytes => (long)Rows * width * (HoldsBytes ? 1 : sizeof(float));

    /// <summary>Whether features are bytes so far.</summary>
    public bool HoldsBytes { get; private set; } = asBytes;

    /// <summary>Class indices, 0 or 1, or labels: [rows]</summary>
    public Span<float> Targets => CollectionsMarshal.AsSpan(_targets);

    /// <summary>Weights: [rows]</summary>
    public Span<float> Weights => CollectionsMarshal.AsSpan(_weights);

    /// <summary>Makes a table of given rows.</summary>
    /// <param name="features">[rows * width]</param>
    /// <param name="targets">[rows]</param>
    /// <param name="weights">[rows], or null for 1</param>
    public static RowTable Of(ReadOnlySpan<float> features, ReadOnlySpan<float> targets, float[]? weights = null)
    {
        int width = features.Length / targets.Length;
        var table = new RowTable(width);
        for (int i = 0; i < targets.Length; i++)
            table.Add(features.Slice(i * width, width), targets[i], weights?[i] ?? 1);
        return table;
    }

    /// <summary>Appends a row.</summary>
    public void Add(ReadOnlySpan<float> features, float target, float weight)
    {
        int place = Rows % _rowsPerChunk;
        if (HoldsBytes && !TryAddBytes(features, place))
            Widen();
        if (!HoldsBytes)
        {
            if (place == 0)
                _chunks.Add(GC.AllocateUninitializedArray<float>(_rowsPerChunk * width));
            features.CopyTo(_chunks[^1].AsSpan(place * width, width));
        }

        _targets.Add(target);
        _weights.Add(weight);
    }

    /// <summary>Appends all rows of another table.</summary>
    public void AddAll(RowTable other)
    {
        for (int i = 0; i < other.Rows; i++)
            Add(other.Row(i), other._targets[i], other._weights[i]);
    }

    /// <summary>One row's features.</summary>
    public ReadOnlySpan<float> Row(int index)
    {
        int chunk = index / _rowsPerChunk, start = index % _rowsPerChunk * width;
        if (!HoldsBytes)
            return _chunks[chunk].AsSpan(start, width);
        var row = new float[width];
        TensorPrimitives.ConvertTruncating<byte, float>(_byteChunks[chunk].AsSpan(start, width), row);
        return row;
    }

    /// <summary>Copies the features into a CPU tensor of [rows, width], uint8 or float32, and lets go of them piece by piece.</summary>
    public Tensor MoveFeaturesToTensor() => HoldsBytes ? Move(_byteChunks, uint8) : Move(_chunks, float32);

    private Tensor Move<T>(List<T[]> chunks, ScalarType type)
        where T : unmanaged
    {
        Tensor features = empty([Rows, width], type);
        for (int i = 0; i < chunks.Count; i++)
        {
            int from = i * _rowsPerChunk;
            int rows = Math.Min(_rowsPerChunk, Rows - from);
            using Tensor piece = features.narrow(0, from, rows);
            chunks[i].AsSpan(0, rows * width).CopyTo(MemoryMarshal.Cast<byte, T>(piece.bytes));
            chunks[i] = [];
        }

        return features;
    }

    private bool TryAddBytes(ReadOnlySpan<float> features, int place)
    {
        if (place == 0)
            _byteChunks.Add(GC.AllocateUninitializedArray<byte>(_rowsPerChunk * width));
        return ByteValues.TryPack(features, _byteChunks[^1].AsSpan(place * width, width));
    }

    // One row that is not of bytes makes all rows float32.
    private void Widen()
    {
        for (int i = 0; i < _byteChunks.Count; i++)
        {
            if (i * _rowsPerChunk < Rows) // the last may have been made for the row that did not fit
            {
                var chunk = new float[_rowsPerChunk * width];
                TensorPrimitives.ConvertTruncating<byte, float>(_byteChunks[i], chunk);
                _chunks.Add(chunk);
            }

            _byteChunks[i] = [];
        }

        _byteChunks.Clear();
        HoldsBytes = false;
    }
}
