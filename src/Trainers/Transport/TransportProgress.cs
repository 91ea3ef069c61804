namespace MLExtensions;

/// <summary>Where a transport solve stands, after an iteration.</summary>
/// <param name="Iteration">Iterations done, from 1.</param>
/// <param name="Error">The largest change of a potential (of the side with fewer points) in this iteration, over epsilon.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct TransportProgress(int Iteration, double Error, TimeSpan Elapsed);
