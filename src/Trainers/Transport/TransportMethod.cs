namespace MLExtensions;

/// <summary>How a transport problem was solved: what the automatic choices came to.</summary>
public sealed record TransportMethod
{
    /// <summary>Where it ran: "cpu", or "torch" and a device.</summary>
    public required string Device { get; init; }

    /// <summary>The arithmetic: never automatic.</summary>
    public required TransportPrecision Precision { get; init; }

    /// <summary>Whether the kernel was kept in the end: never automatic.</summary>
    public required TransportStorage Storage { get; init; }

    /// <summary>Whether the plan's exponents could underflow, so that passes in the log domain came first.</summary>
    public required bool LogDomain { get; init; }

    /// <summary>Passes in the log domain.</summary>
    public required int LogDomainPasses { get; init; }

    /// <summary>Times that the kernel was built (1, more after passes in the log domain; 0 in tiles).</summary>
    public required int KernelBuilds { get; init; }

    /// <summary>Most threads at work.</summary>
    public required int Threads { get; init; }

    /// <summary>Width of the vectors used, in bits.</summary>
    public required int VectorBits { get; init; }
}
