namespace MLExtensions;

/// <summary>How many threads torch uses within one operation during a fit. The setting is process-wide and is restored after the fit.</summary>
public sealed record ThreadPolicy
{
    private ThreadPolicy(int? count, bool measure)
    {
        Count = count;
        IsMeasured = measure;
    }

    /// <summary>A rule on the work per step: one thread for small nets, where more cost more than they save, all cores for large ones. The same machine gives the same number.</summary>
    public static ThreadPolicy Auto { get; } = new(null, false);

    /// <summary>Runs a few steps with one thread and with all cores on copies of the net and keeps the faster. On a busy machine the same seed may then give other bits.</summary>
    public static ThreadPolicy Measure { get; } = new(null, true);

    /// <summary>The fixed number, or null.</summary>
    public int? Count { get; }

    /// <summary>Whether the number is measured at the start of a fit.</summary>
    public bool IsMeasured { get; }

    /// <summary>So many threads, at least 1.</summary>
    public static ThreadPolicy Fixed(int count) => new(count, false);

    /// <inheritdoc/>
    public override string ToString() => Count is { } count ? $"ThreadPolicy.Fixed({count})" : IsMeasured ? "ThreadPolicy.Measure" : "ThreadPolicy.Auto";

    internal void Check(ICollection<string> faults)
    {
        if (Count is < 1 or > 1024)
            faults.Add($"ThreadPolicy.Fixed: count is {Count}; allowed is 1 to 1,024. This machine has {Environment.ProcessorCount} cores.");
    }
}
