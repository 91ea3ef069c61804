using TorchSharp;

namespace MLExtensions.Trainers.Runtime;

/// <summary>How many threads a torch operation uses inside. Small operations lose more by sharing out the work than they win.</summary>
internal static class TorchThreads
{
    /// <summary>
    /// Work per step from which more than one thread pays. Measured on two quiet cores (AVX-512), forward and backward of a perceptron with two
    /// hidden layers, batch 128: two threads take 1.5 times the time of one at 15 MFlop per step, 1.15 at 58, 0.92 at 103, 0.80 at 230 and 0.66 from 900 on.
    /// </summary>
    internal const double ParallelWork = 1e8;

    private const int MostThreads = 8;

    private static readonly object Gate = new();

    // Torch's setting belongs to the process, and so does what must be restored: open scopes per thread, and the setting before the first.
    private static readonly Dictionary<int, int> Open = [];
    private static int _original;

    /// <summary>The number of threads for steps of so much work. A rule, not a measurement, so that the same seed gives the same bits in every run.</summary>
    /// <param name="flopsPerStep">Floating-point operations of one training step, forward and backward: about 6 x batch size x weights.</param>
    /// <param name="available">Processors that the process may use, <see cref="Environment.ProcessorCount"/>, which knows a container's limit.</param>
    public static int Choose(double flopsPerStep, int available) => flopsPerStep < ParallelWork ? 1 : Math.Clamp(available, 1, MostThreads);

    /// <summary>
    /// Sets torch's number of threads for this thread's operations until the scope is disposed, on the same thread. Torch keeps the number
    /// per thread that calls it, so fits side by side each have their own; when the last one ends, the process has the setting from before the first.
    /// </summary>
    public static IDisposable Use(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        NativeTorch.EnsureLoaded();
        int caller = Environment.CurrentManagedThreadId;
        lock (Gate)
        {
            int now = torch.get_num_threads();
            if (Open.Count == 0)
                _original = now;
            bool nested = Open.TryGetValue(caller, out int depth);
            Open[caller] = depth + 1;
            torch.set_num_threads(threads);
            return new Scope(caller, nested ? now : _original);
        }
    }

    private static void Release(int caller, int before)
    {
        lock (Gate)
        {
            if (--Open[caller] == 0)
                Open.Remove(caller);
            torch.set_num_threads(before);
        }
    }

    private sealed class Scope(int caller, int before) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                Release(caller, before);
        }
    }
}
