namespace MLExtensions.Trainers.Transport;

/// <summary>Passes on the CPU: over a kernel, and in the log domain where the kernel would underflow.</summary>
internal sealed class ManagedPass<T> : TransportPass
    where T : unmanaged
{
    private readonly TileSource<T> _source;
    private readonly RowChunks<T> _chunks;
    private readonly KernelPass<T> _kernel;
    private readonly LogPass<T> _log;
    private readonly bool _isComplete; // no kernel entry underflows, whatever the potentials
    private bool _inLogDomain;

    /// <param name="source">The costs; disposed with this.</param>
    /// <param name="rows">The rows' side.</param>
    /// <param name="columns">The columns' side.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="keepFrom">From which pass on the kernel is kept, 0 for the first.</param>
    public ManagedPass(TileSource<T> source, MarginalSide rows, MarginalSide columns, RowWorkers workers, int keepFrom)
    {
        _source = source;
        _chunks = new RowChunks<T>(source, workers);
        _kernel = new KernelPass<T>(source, rows, columns, _chunks, keepFrom);
        _log = new LogPass<T>(source, rows, columns, _chunks);
        _isComplete = source.Spread <= (typeof(T) == typeof(float) ? 40 : 400);
        _inLogDomain = !_isComplete;
    }

    public override double Spread => _source.Spread;

    public override double RoundOff => typeof(T) == typeof(float) ? 1.2e-7 : 2.3e-16;

    public override bool NeedsLogDomain => !_isComplete;

    public override int Builds => _kernel.Builds;

    public override void Run(PassState state)
    {
        if (!_inLogDomain && _kernel.Run(state))
            return;
        _inLogDomain = true;
        _log.Run(state);
        LogPasses++;
    }

    /// <summary>Takes over potentials when the kernel is not near them, or costs nothing to move.</summary>
    public override void Prepare(PassState state, double[] next)
    {
        if (_inLogDomain || (!_isComplete && (!_kernel.Keeps || _kernel.Drift(state) > KernelPass<T>.Reach)))
            _kernel.Absorb(state.RowPotentials, next);
        _inLogDomain = false;
    }

    public override void Dispose()
    {
        _kernel.Dispose();
        _chunks.Dispose();
        _source.Dispose();
    }
}
