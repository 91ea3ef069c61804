namespace MLExtensions;

/// <summary>Solves entropic unbalanced transport on the CPU, with all cores and vectors.</summary>
public static class UnbalancedTransport
{
    /// <summary>Finds the plan of a problem, by the scaling iteration with translation steps and Anderson acceleration.</summary>
    /// <param name="problem">What to solve.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The plan's potentials and masses, and the evidence that they are right.</returns>
    /// <exception cref="ArgumentException">The problem or the options have faults; all are in the message.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TransportResult Solve(TransportProblem problem, TransportOptions? options = null) => throw new NotImplementedException();
}
