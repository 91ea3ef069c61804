namespace MLExtensions;

/// <summary>Why a transport solve ended.</summary>
public enum TransportStopReason
{
    /// <summary>The change of an iteration fell to the tolerance.</summary>
    Converged,

    /// <summary>The change no longer falls because the arithmetic's precision is reached. Use a higher <see cref="TransportPrecision"/> for more.</summary>
    PrecisionReached,

    /// <summary>All iterations were used. Allow more, or take a larger epsilon.</summary>
    IterationsDone,
}
