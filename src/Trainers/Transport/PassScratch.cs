namespace MLExtensions.Trainers.Transport;

/// <summary>Memory of one thread within a pass.</summary>
internal sealed unsafe class PassScratch<T>(TileSource<T> source, int rows) : IDisposable
    where T : unmanaged
{
    private AlignedBuffer<T>? _tile;

    /// <summary>[rows, padded columns]; made when first asked for.</summary>
    public T* Tile => (_tile ??= new AlignedBuffer<T>((long)rows * source.PaddedColumns)).Pointer;

    public AlignedBuffer<double> Source { get; } = new(source.ScratchLength(rows));

    public AlignedBuffer<T> Sums { get; } = new(source.PaddedColumns);

    public AlignedBuffer<T> Max { get; } = new(source.PaddedColumns);

    /// <summary>Four values for each row: term, square, sum, factor.</summary>
    public AlignedBuffer<double> PerRow { get; } = new(4L * rows);

    public void Dispose()
    {
        _tile?.Dispose();
        Source.Dispose();
        Sums.Dispose();
        Max.Dispose();
        PerRow.Dispose();
    }
}
