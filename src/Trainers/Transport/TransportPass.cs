namespace MLExtensions.Trainers.Transport;

/// <summary>Runs passes over all pairs, each of which finds the best f for a g and the sums that give the next g.</summary>
internal abstract class TransportPass : IDisposable
{
    /// <summary>An upper bound of the largest less the smallest M_ij / ε.</summary>
    public abstract double Spread { get; }

    /// <summary>The arithmetic's relative rounding error.</summary>
    public abstract double RoundOff { get; }

    /// <summary>Whether kernel entries may underflow, so that passes in the log domain are needed.</summary>
    public abstract bool NeedsLogDomain { get; }

    /// <summary>Passes in the log domain so far.</summary>
    public int LogPasses { get; protected set; }

    /// <summary>Times that a kept kernel was built.</summary>
    public virtual int Builds => 0;

    /// <summary>Runs a pass.</summary>
    public abstract void Run(PassState state);

    /// <summary>Told after a pass what the next g is likely to be.</summary>
    public virtual void Prepare(PassState state, double[] next)
    {
    }

    public virtual void Dispose()
    {
    }
}
