namespace MLExtensions;

/// <summary>How a transport problem is solved; the defaults suit all problems.</summary>
public sealed class TransportOptions
{
    /// <summary>The solve ends when no potential of the side with fewer points changes by more than this times epsilon in an iteration, that is when plan entries change by this share.</summary>
    /// <value>The default is 1e-6; allowed is above 0 to below 1.</value>
    public double Tolerance { get; set; } = 1e-6;

    /// <summary>Most iterations; each is one pass over all pairs.</summary>
    /// <value>The default is 10,000; allowed is at least 1.</value>
    public int MaxIterations { get; set; } = 10_000;

    /// <summary>Whether mass is moved between the two potentials to the best point of the dual after each half step: tens of times fewer iterations, the same plan.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool TranslationStep { get; set; } = true;

    /// <summary>Number of earlier iterations that Anderson acceleration mixes; 0 for none. A mixed step that does not help is taken back.</summary>
    /// <value>The default is 6; allowed is 0 to 20.</value>
    public int AndersonMemory { get; set; } = 6;

    /// <summary>The arithmetic.</summary>
    /// <value>The default is <see cref="TransportPrecision.Automatic"/>.</value>
    public TransportPrecision Precision { get; set; }

    /// <summary>Whether the kernel is kept.</summary>
    /// <value>The default is <see cref="TransportStorage.Automatic"/>.</value>
    public TransportStorage Storage { get; set; }

    /// <summary>Bytes that a kept kernel may take.</summary>
    /// <value>The default is 256 MiB; allowed is at least 0.</value>
    public long MemoryBudget { get; set; } = 256L << 20;

    /// <summary>Threads, at most 32 of them at work; 0 for as many as there are cores. The result does not depend on it.</summary>
    /// <value>The default is 0; allowed is 0 to 1024.</value>
    public int Threads { get; set; }

    /// <summary>Index of a CUDA device that solves with torch tensors, in tiles and in the log domain; null for the CPU, which needs no libtorch.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public int? GpuDeviceId { get; set; }

    /// <summary>Told after each iteration.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<TransportProgress>? Progress { get; set; }

    /// <summary>Ends the solve with an <see cref="OperationCanceledException"/>, within a tile's time.</summary>
    /// <value>The default never cancels.</value>
    public CancellationToken CancellationToken { get; set; }

    internal TransportOptions Copy() => (TransportOptions)MemberwiseClone();

    internal void Check(ICollection<string> faults)
    {
        if (!(Tolerance is > 0 and < 1))
            faults.Add($"Tolerance is {Tolerance}; allowed is above 0 to below 1. 1e-6 is usual.");
        if (MaxIterations < 1)
            faults.Add($"MaxIterations is {MaxIterations}; allowed is at least 1.");
        if (AndersonMemory is < 0 or > 20)
            faults.Add($"AndersonMemory is {AndersonMemory}; allowed is 0 (off) to 20.");
        if (!Enum.IsDefined(Precision))
            faults.Add($"Precision is {Precision}; allowed is {string.Join(", ", Enum.GetNames<TransportPrecision>())}.");
        if (!Enum.IsDefined(Storage))
            faults.Add($"Storage is {Storage}; allowed is {string.Join(", ", Enum.GetNames<TransportStorage>())}.");
        if (MemoryBudget < 0)
            faults.Add($"MemoryBudget is {MemoryBudget} bytes; allowed is at least 0.");
        if (GpuDeviceId < 0)
            faults.Add($"GpuDeviceId is {GpuDeviceId}; allowed is at least 0, or null for the CPU.");
        if (Threads is < 0 or > 1024)
            faults.Add($"Threads is {Threads}; allowed is 0 (as many as cores) to 1024.");
    }
}
