using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Selection;

/// <summary>Scores of all rows of a pass, 16 bytes each, and the best of them within a budget and a cap per class.</summary>
internal sealed class RowPicker
{
    private readonly List<long> _rows = [];
    private readonly List<float> _scores = [];
    private readonly List<int> _classes = [];

    /// <summary>Takes a row in; a score of −∞ or NaN leaves it out.</summary>
    public void Add(long row, int classIndex, double score)
    {
        if (double.IsNaN(score) || double.IsNegativeInfinity(score))
            return;
        _rows.Add(row);
        _scores.Add((float)score);
        _classes.Add(classIndex);
    }

    /// <summary>The rows picked, in the order of the source, with their scores and classes.</summary>
    /// <param name="budget">How many; null for all.</param>
    /// <param name="rowsPerClass">Most rows of a class; null for no cap.</param>
    public (long[] Rows, float[] Scores, int[] Classes) Pick(SelectionBudget? budget, int? rowsPerClass)
    {
        int[] order = new int[_rows.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Span<float> scores = CollectionsMarshal.AsSpan(_scores);
        float[] keys = new float[order.Length];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = -scores[i];
        SortStable(keys, order);
        List<int> allowed = rowsPerClass is { } cap ? Capped(order, cap) : [.. order];
        int count = budget?.Resolve(new ScoreList(_scores, allowed), "rows") ?? allowed.Count;
        int[] picked = [.. allowed.Take(count).Order()]; // rows were added in order
        return ([.. picked.Select(i => _rows[i])], [.. picked.Select(i => _scores[i])], [.. picked.Select(i => _classes[i])]);
    }

    private List<int> Capped(int[] order, int cap)
    {
        var taken = new Dictionary<int, int>();
        var allowed = new List<int>();
        foreach (int i in order)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(taken, _classes[i], out _);
            if (count++ < cap)
                allowed.Add(i);
        }

        return allowed;
    }

    // Array.Sort is not stable: runs of equal keys are put in the order of their rows.
    private static void SortStable(float[] keys, int[] items)
    {
        Array.Sort(keys, items);
        for (int start = 0; start < keys.Length;)
        {
            int end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
                end++;
            Array.Sort(items, start, end - start);
            start = end;
        }
    }

    private sealed class ScoreList(List<float> scores, List<int> order) : IReadOnlyList<double>
    {
        public int Count => order.Count;

        public double this[int index] => scores[order[index]];

        public IEnumerator<double> GetEnumerator() => order.Select(i => (double)scores[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
