namespace MLExtensions.Trainers.Transport;

/// <summary>Shares pieces of work among threads. What a piece does may not depend on the thread, so results do not depend on their number.</summary>
internal sealed class RowWorkers(int threads, CancellationToken cancellation)
{
    public int Threads { get; } = threads == 0 ? Environment.ProcessorCount : threads;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Runs all pieces.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; pieces that had begun have ended.</exception>
    public void Run(int pieces, Action<int> piece)
    {
        if (Threads == 1 || pieces == 1)
        {
            for (int i = 0; i < pieces && !Cancellation.IsCancellationRequested; i++)
                piece(i);
        }
        else
        {
            Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
            {
                if (!Cancellation.IsCancellationRequested)
                    piece(i);
            });
        }

        Cancellation.ThrowIfCancellationRequested();
    }
}
