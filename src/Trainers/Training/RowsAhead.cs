using System.Collections.Concurrent;

namespace MLExtensions.Trainers.Training;

/// <summary>
/// Reads passes over rows on a thread of its own, ahead of whoever takes them and on into the next pass: what reading costs (decoding, parsing, copying) happens while a step
/// computes. Rows come in the order of the stream, whatever the two threads do.
/// </summary>
internal sealed class RowsAhead : IDisposable
{
    private const int RowsPerBlock = 32;
    private const int MostBlocks = 32;
    private const long MostBytes = 64 << 20;

    private readonly Func<IRowStream> _open;
    private readonly BlockingCollection<RowBlock> _free = [];
    private readonly BlockingCollection<RowBlock> _full = [];
    private readonly SemaphoreSlim _passes = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reader;
    private RowBlock? _block;
    private int _at;

    /// <summary>Starts the thread, which waits for <see cref="Want"/>. It reads at most 1,024 rows ahead, fewer where they would take more than 64 MiB.</summary>
    /// <param name="open">Opens a pass, always in the same order; called on the thread.</param>
    /// <param name="width">Features per row.</param>
    public RowsAhead(Func<IRowStream> open, int width)
    {
        _open = open;
        long rows = Math.Max(2, MostBytes / (sizeof(float) * (long)width));
        int perBlock = (int)Math.Clamp(rows / MostBlocks, 1, RowsPerBlock);
        int blocks = (int)Math.Min(MostBlocks, rows / perBlock);
        for (int i = 0; i < blocks; i++)
            _free.Add(new RowBlock(perBlock, width));
        // A thread of the pool that waits would be missing where pictures are decoded.
        _reader = Task.Factory.StartNew(ReadPasses, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Asks for one more pass. It is begun as soon as those asked for before have been read.</summary>
    public void Want() => _passes.Release();

    /// <summary>Takes the next row of a pass that was asked for; false at its end, after which the next pass follows.</summary>
    public bool Read(Span<float> features, out float target, out float weight)
    {
        _block ??= _full.Take();
        while (_at == _block.Count)
        {
            (RowBlock done, bool ended) = (_block, _block.IsLast);
            done.Error?.Throw();
            (_block, _at) = (null, 0);
            _free.Add(done);
            if (ended)
            {
                (target, weight) = (float.NaN, 1);
                return false;
            }

            _block = _full.Take();
        }

        _block.CopyTo(_at++, features, out target, out weight);
        return true;
    }

    /// <summary>Stops reading, in the middle of a pass too.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAny(_reader);
        _stop.Dispose();
        _passes.Dispose();
        _free.Dispose();
        _full.Dispose();
    }

    private void ReadPasses()
    {
        try
        {
            while (true)
            {
                _passes.Wait(_stop.Token);
                ReadPass();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private void ReadPass()
    {
        RowBlock block = _free.Take(_stop.Token);
        try
        {
            using IRowStream stream = _open();
            block.Fill(stream, _stop.Token);
            while (!block.IsLast)
            {
                _full.Add(block);
                block = _free.Take(_stop.Token);
                block.Fill(stream, _stop.Token);
            }
        }
        catch (Exception e) when (!_stop.IsCancellationRequested) // of opening or closing the stream
        {
            block.Fail(e);
        }

        _full.Add(block);
    }
}
