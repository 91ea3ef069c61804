using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Selection;

/// <summary>Keeps so many rows of a pass of unknown length, each equally likely (Vitter, 1985, algorithm R); rows without direction are left out.</summary>
internal sealed class RowSample(int capacity, int width, long seed, long stream)
{
    private readonly SeededRandom _random = SeededRandom.Derive(seed, (long)RandomPurpose.RowSelection, -1 - stream);
    private readonly List<float[]> _units = [];
    private readonly List<int> _classes = [];
    private readonly List<long> _rows = [];
    private readonly float[] _unit = new float[width];
    private long _seen;

    /// <summary>The rows' unit vectors.</summary>
    public IReadOnlyList<float[]> Units => _units;

    /// <summary>Their classes.</summary>
    public IReadOnlyList<int> Classes => _classes;

    /// <summary>Where they stood.</summary>
    public IReadOnlyList<long> Rows => _rows;

    /// <summary>Offers a row.</summary>
    public void Add(long row, int classIndex, ReadOnlySpan<float> embedding)
    {
        if (UnitVectors.TryMake(embedding, _unit))
            AddPlace(row, classIndex);
    }

    /// <summary>Offers a row of which only the place is kept; for a sample of width 0.</summary>
    public void AddPlace(long row, int classIndex)
    {
        _seen++;
        if (_units.Count < capacity)
        {
            _units.Add([.. _unit]);
            _classes.Add(classIndex);
            _rows.Add(row);
            return;
        }

        long place = (long)(_random.NextDouble() * _seen);
        if (place >= capacity)
            return;
        _unit.CopyTo(_units[(int)place], 0);
        _classes[(int)place] = classIndex;
        _rows[(int)place] = row;
    }
}
