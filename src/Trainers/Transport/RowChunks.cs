using System.Collections.Concurrent;

namespace MLExtensions.Trainers.Transport;

/// <summary>
/// Rows cut into chunks, and chunks into tiles that fit the second-level cache. Each chunk has column sums of its own, added up in the chunks' order: results do not
/// depend on the number of threads.
/// </summary>
internal sealed unsafe class RowChunks<T> : IDisposable
    where T : unmanaged
{
    private const int TileBytes = 512 << 10;
    private const int MostChunks = 32;
    private readonly TileSource<T> _source;
    private readonly RowWorkers _workers;
    private readonly ConcurrentBag<PassScratch<T>> _scratch = [];

    public RowChunks(TileSource<T> source, RowWorkers workers)
    {
        (_source, _workers) = (source, workers);
        TileRows = Math.Clamp(TileBytes / (source.PaddedColumns * sizeof(T)), 8, 64) / 4 * 4;
        int tiles = (source.Rows + TileRows - 1) / TileRows;
        Count = Math.Min(tiles, MostChunks);
        Totals = new AlignedBuffer<double>((long)Count * source.PaddedColumns);
    }

    public int Count { get; }

    /// <summary>Rows of a tile: a multiple of four.</summary>
    public int TileRows { get; }

    /// <summary>[chunks, padded columns].</summary>
    public AlignedBuffer<double> Totals { get; }

    /// <summary>The first row of a chunk, a multiple of four; of the one after the last, the number of rows.</summary>
    public int First(int chunk) => chunk == Count ? _source.Rows : (int)((long)((_source.Rows + 3) / 4) * chunk / Count) * 4;

    /// <summary>Runs all chunks, each with scratch memory.</summary>
    public void Run(Action<int, PassScratch<T>> chunk) => _workers.Run(Count, c =>
    {
        if (!_scratch.TryTake(out PassScratch<T>? scratch))
            scratch = new PassScratch<T>(_source, TileRows);
        chunk(c, scratch);
        _scratch.Add(scratch);
    });

    public bool IsCancelled => _workers.Cancellation.IsCancellationRequested;

    public void Dispose()
    {
        foreach (PassScratch<T> scratch in _scratch)
            scratch.Dispose();
        Totals.Dispose();
    }
}
