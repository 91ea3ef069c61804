using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>Rows in managed memory, in pieces, so that growing never copies what is there.</summary>
internal sealed class RowTable(int width)
{
    private readonly List<float[]> _chunks = [];
    private readonly int _rowsPerChunk = Math.Max(1, (1 << 20) / Math.Max(1, width)); // 4 MB
    private readonly List<float> _targets = [];
    private readonly List<float> _weights = [];

    /// <summary>Features per row.</summary>
    public int Width => width;

    /// <summary>Number of rows.</summary>
    public int Rows => _targets.Count;

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
        if (place == 0)
            _chunks.Add(GC.AllocateUninitializedArray<float>(_rowsPerChunk * width));
        features.CopyTo(_chunks[^1].AsSpan(place * width, width));
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
    public ReadOnlySpan<float> Row(int index) => _chunks[index / _rowsPerChunk].AsSpan(index % _rowsPerChunk * width, width);

    /// <summary>Copies the features into a CPU tensor of [rows, width], and lets go of them piece by piece.</summary>
    public Tensor MoveFeaturesToTensor()
    {
        Tensor features = empty([Rows, width], float32);
        for (int i = 0; i < _chunks.Count; i++)
        {
            int from = i * _rowsPerChunk;
            int rows = Math.Min(_rowsPerChunk, Rows - from);
            using Tensor piece = features.narrow(0, from, rows);
            _chunks[i].AsSpan(0, rows * width).CopyTo(MemoryMarshal.Cast<byte, float>(piece.bytes));
            _chunks[i] = [];
        }

        return features;
    }
}
