using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>
/// Gives source rows without end: pass after pass, each in an order of its own, whatever the target's epochs are. Where it stands follows from how often it was asked, so a
/// fit that goes on from a checkpoint gets the rows that an uninterrupted one would.
/// </summary>
internal sealed class SourceCycle(IRowFeed rows) : IDisposable
{
    private long _asked;
    private int _pass = -1;

    /// <summary>Goes to the state after so many requests.</summary>
    /// <param name="seed">Seed of the order of rows.</param>
    /// <param name="asked">Requests since the start of the fit.</param>
    /// <param name="sizes">The sizes of the requests of one epoch of the target; every epoch makes the same.</param>
    public void MoveTo(long seed, long asked, IReadOnlyList<int> sizes)
    {
        if (asked == _asked)
            return;
        _pass = -1;
        long left = 0;
        var inPass = new List<int>();
        for (long i = 0; i < asked; i++)
        {
            int size = sizes[(int)(i % sizes.Count)];
            if (left == 0)
            {
                _pass++;
                left = rows.Rows;
                inPass.Clear();
            }

            left -= left - size == 1 ? left : Math.Min(size, left); // as a feed gives them
            inPass.Add(size);
        }

        _asked = asked;
        if (_pass < 0)
            return;
        rows.BeginEpoch(seed, _pass);
        foreach (int size in inPass)
        {
            using DisposeScope scope = NewDisposeScope();
            rows.Next(size);
        }
    }

    /// <summary>The next rows; fewer than asked for at the end of a pass.</summary>
    public Batch Next(long seed, int size)
    {
        _asked++;
        if (_pass >= 0 && rows.Next(size) is { } batch)
            return batch;
        rows.BeginEpoch(seed, ++_pass);
        return rows.Next(size) ?? throw new InvalidOperationException("The pre-training data gave no row in a new pass.");
    }

    /// <inheritdoc/>
    public void Dispose() => rows.Dispose();
}
