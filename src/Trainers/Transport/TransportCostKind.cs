namespace MLExtensions;

/// <summary>How the cost of moving a unit of mass from a source point to a target point is found.</summary>
public enum TransportCostKind
{
    /// <summary>(1 − cos(x, y)) / temperature.</summary>
    Cosine,

    /// <summary>‖x − y‖² · scale.</summary>
    SquaredEuclidean,

    /// <summary>‖x − y‖ · scale.</summary>
    Euclidean,

    /// <summary>A given matrix.</summary>
    Matrix,
}
