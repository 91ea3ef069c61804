namespace MLExtensions;

/// <summary>Whether training rows are kept in memory or read anew every epoch.</summary>
public sealed record CachePolicy
{
    private CachePolicy(string kind, long? budgetBytes, int bufferRows)
    {
        Kind = kind;
        BudgetBytes = budgetBytes;
        BufferRows = bufferRows;
    }

    /// <summary>In memory while the rows take at most half of the memory that is available, else streamed. Pixels from 0 to 255 are kept as bytes.</summary>
    public static CachePolicy Auto { get; } = new("Auto", null, 16_384);

    /// <summary>Always in memory.</summary>
    public static CachePolicy Memory { get; } = new("Memory", long.MaxValue, 16_384);

    /// <summary>Bytes of features that may be kept in memory; null for <see cref="Auto"/>.</summary>
    public long? BudgetBytes { get; }

    /// <summary>Rows of the shuffle buffer when rows are streamed; fewer where they would take more than 512 MiB.</summary>
    public int BufferRows { get; }

    private string Kind { get; }

    /// <summary>In memory while the features take at most so many bytes, else streamed; validation rows stay in memory while they alone take no more.</summary>
    /// <param name="megabytes">At least 0.</param>
    /// <param name="bufferRows">Rows of the shuffle buffer when rows are streamed, at least 2.</param>
    public static CachePolicy Budget(int megabytes, int bufferRows = 16_384) => new("Budget", megabytes * 1024L * 1024, bufferRows);

    /// <summary>Read anew every epoch, through a shuffle buffer: a random row of the buffer is taken and replaced by the next.</summary>
    /// <param name="bufferRows">Rows of the buffer, at least 2. The larger, the better the order is mixed.</param>
    public static CachePolicy Stream(int bufferRows = 16_384) => new("Stream", 0, bufferRows);

    /// <inheritdoc/>
    public override string ToString() => $"CachePolicy.{Kind}";

    /// <summary>The budget in force now.</summary>
    internal long EffectiveBudget => BudgetBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    internal void Check(ICollection<string> faults)
    {
        if (BudgetBytes < 0)
            faults.Add($"CachePolicy.Budget: megabytes is {BudgetBytes / (1024 * 1024)}; it must be at least 0. 0 streams the rows.");
        if (BufferRows < 2)
            faults.Add($"CachePolicy.{Kind}: bufferRows is {BufferRows}; it must be at least 2. 16384 is usual.");
    }
}
